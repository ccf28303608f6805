import { parseAllowlist } from '../../../core/documents/allowlist/parse-allowlist.ts';
import { packageFileNameSchema } from '../../../core/names/package-file-name.ts';
import type { Solver } from '../../../core/ports/solver.ts';
import { recordSchema } from '../../../core/record/record.ts';
import type { OpenSubdir } from '../../../core/solve/upstream-subdirs.ts';
import { memoryStore } from '../../twins/store-memory.ts';
import { noNameEvidence, noPythonIndexes } from './no-python-indexes.ts';

const smallChannel = 'https://one.invalid/c';

/** `name version`, what it needs, where it is, `noarch` unless told, and what it goes only with. */
export type SmallPackage = readonly [
  text: string,
  depends?: readonly string[],
  subdir?: string,
  constrains?: readonly string[],
];

/** The channel in memory of `smallAllowlist`, without any bytes of packages. */
function smallUpstream(packages: readonly SmallPackage[]): OpenSubdir {
  return async (channel, subdir) => {
    const here = packages.filter(([, , at = 'noarch']) => at === subdir);
    const records = here.map(([text, depends = [], , constrains = []]) => {
      const [name = '', version = '', build = '0'] = text.split(' ');
      const filename = packageFileNameSchema.parse(`${name}-${version}-${build}.conda`);
      const own = { name, version, build, build_number: 0, depends, constrains, md5: 'a'.repeat(32), size: 1 };
      return { filename, subdir, channel, url: `${channel}/${subdir}/${filename}`, record: recordSchema.parse(own) };
    });
    return {
      url: `${channel}/${subdir}`,
      names: () => new Set(records.map(({ record }) => record.name)),
      records: async (name) => ({ records: records.filter(({ record }) => record.name === name), problems: [] }),
    };
  };
}

/** An allowlist of that channel for linux-64, and what more is told. */
export function smallAllowlist(packages: readonly unknown[], more: Record<string, unknown> = {}) {
  const document = { channels: [smallChannel], platforms: ['linux-64'], packages, ...more };
  const parsed = parseAllowlist(Buffer.from(JSON.stringify(document)), 'allowlist.json');
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
  return parsed.allowlist;
}

/** A world to plan for that channel in, with an empty store. */
export const smallPlanWorld = (packages: readonly SmallPackage[], solver: Solver) => ({
  channel: 'conda' as const,
  store: memoryStore(),
  solver,
  clock: { now: () => 0 },
  log: () => {},
  retain: 0,
  openSubdir: smallUpstream(packages),
  pythonIndexes: noPythonIndexes,
  nameEvidence: noNameEvidence,
});
