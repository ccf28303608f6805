import { readExport } from '../../../core/advisories/read-export.ts';
import { defaultPolicy } from '../../../core/documents/gate/policy.ts';
import type { Advice } from '../../../core/gate/advice.ts';
import type { DataCheck, GateCandidate, GateCheckWorld } from '../../../core/gate/check.ts';
import { projectsOf } from '../../../core/gate/origin/projects-of.ts';
import { packageNameSchema } from '../../../core/names/package-name.ts';
import { parseProjectName } from '../../../core/names/project-name.ts';
import { type OsvRecord, osvExport, recentRecord } from './osv-export.ts';

export const day = 24 * 60 * 60 * 1000;
export const now = Date.parse('2026-03-25T00:00:00Z');

/** A wheel of PyPI's that was uploaded a year ago. */
export const wheel: GateCandidate = {
  kind: 'wheel',
  id: 'simple/litellm/litellm-1.82.7-py3-none-any.whl',
  name: 'litellm',
  version: '1.82.7',
  sha256: null,
  origin: 'index',
  source: 'https://pypi.org/simple',
  record: null,
  published: { at: now - 365 * day, by: 'upload-time' },
  yanked: false,
  projectStatus: null,
  projects: [{ project: 'litellm', version: '1.82.7', by: 'itself' }],
  isServed: false,
};

/** A package of conda-forge's of the same age, of which nobody said yet which project it is. */
export const condaPackage: GateCandidate = {
  ...wheel,
  kind: 'package',
  id: 'noarch/litellm-1.82.7-pyhd8ed1ab_0.conda',
  origin: 'upstream',
  source: 'https://conda.anaconda.org/conda-forge',
  record: {
    name: packageNameSchema.parse('litellm'),
    version: '1.82.7',
    build: 'pyhd8ed1ab_0',
    build_number: 0,
    depends: [],
  },
  published: { at: now - 365 * day, by: 'indexed_timestamp' },
  projects: [],
};

/** What the gate would know after it read these records, and this mapping. */
export async function adviceOf(
  records: readonly OsvRecord[],
  mapping: Readonly<Record<string, readonly string[]>> = {},
): Promise<Advice> {
  const { byProject } = await readExport(osvExport([...records, recentRecord(now)]), now);
  const of = (name: string) => {
    const project = parseProjectName(name);
    return project === null ? [] : (byProject.get(project) ?? []);
  };
  return { status: 'known', asOf: now, of, mapped: (name) => mapping[name] ?? [] };
}

export const checkWorld = (told: Partial<GateCheckWorld> = {}): GateCheckWorld => ({
  policy: defaultPolicy,
  now,
  advice: { status: 'none' },
  isFirst: false,
  previous: async () => null,
  isKnownScript: async () => false,
  knownNames: [],
  reserved: [],
  ...told,
});

/** What a check says of a candidate, as `code verdict`. */
export async function said(check: DataCheck, candidate: GateCandidate, told: Partial<GateCheckWorld> = {}) {
  const world = checkWorld(told);
  const firings = await check.judge({ ...candidate, projects: projectsOf(candidate, world.advice) }, world);
  return firings.map(({ code, verdict }) => `${code} ${verdict}`);
}
