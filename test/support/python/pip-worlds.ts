import fc from 'fast-check';
import { sha256Of } from '../../../core/names/digest.ts';
import { parseDistributionFileName } from '../../../core/names/distribution-file-name.ts';
import { parseRequirement, type Requirement } from '../../../core/names/requirement/parse-requirement.ts';
import { subdirSchema } from '../../../core/names/subdir.ts';
import type { WheelTarget } from '../../../core/names/wheel-fits.ts';
import type { ProjectFile } from '../../../core/python-index/project-file.ts';
import type { PipIndex } from '../../../core/resolve/pip-index.ts';
import { parseCoreMetadata } from '../../../core/wheel/core-metadata.ts';

/** A requirement as a model reads it: its versions as numbers, and what it hangs on. */
export interface WantedOf {
  readonly project: string;
  readonly extras: readonly string[];
  /** `['>=', 2]`; null for any version. */
  readonly bound: readonly [op: '>=' | '<' | '==' | '!=', version: number] | null;
  /** Counts only for this extra of its owner. */
  readonly extra: string | null;
  /** Counts only on this `sys_platform`. */
  readonly system: string | null;
}

export interface ReleaseOf {
  /** `2`, `2rc1`. */
  readonly version: string;
  readonly needs: readonly WantedOf[];
  readonly tags: string;
  readonly requiresPython: string;
  readonly yanked: boolean;
}

/** Project -> its releases. */
export type PipWorld = ReadonlyMap<string, readonly ReleaseOf[]>;

const worldNames = ['a', 'b', 'c', 'd', 'e'] as const;
const worldExtras = ['x', 'y'] as const;

/** Linux of today with Python 3.11. */
export const target: WheelTarget = {
  subdir: subdirSchema.parse('linux-64'),
  pythonMinor: 11,
  glibc: '2.28',
  macos: null,
};

const project = fc.constantFrom(...worldNames);
const extra = fc.constantFrom(...worldExtras);
const wanted: fc.Arbitrary<WantedOf> = fc.record({
  project,
  extras: fc.oneof({ weight: 4, arbitrary: fc.constant([]) }, { weight: 1, arbitrary: fc.tuple(extra) }),
  bound: fc.oneof(
    { weight: 2, arbitrary: fc.constant(null) },
    { weight: 3, arbitrary: fc.tuple(fc.constantFrom('>=', '<', '==', '!='), fc.integer({ min: 1, max: 4 })) },
  ),
  extra: fc.oneof({ weight: 3, arbitrary: fc.constant(null) }, { weight: 1, arbitrary: extra }),
  system: fc.oneof(
    { weight: 8, arbitrary: fc.constant(null) },
    { weight: 1, arbitrary: fc.constantFrom('linux', 'win32') },
  ),
});

export interface WorldOptions {
  /** With pre-releases and yanked files too: what they let in hangs on the order of a search. */
  readonly odd: boolean;
}

function release({ odd }: WorldOptions): fc.Arbitrary<ReleaseOf> {
  const seldom = <T>(usual: T, other: T) =>
    fc.oneof({ weight: 9, arbitrary: fc.constant(usual) }, { weight: 1, arbitrary: fc.constant(other) });
  return fc.record({
    version: fc
      .tuple(fc.integer({ min: 1, max: 4 }), odd ? seldom('', 'rc1') : fc.constant(''))
      .map((parts) => parts.join('')),
    needs: fc.array(wanted, { maxLength: 3 }),
    tags: fc.oneof(seldom('py3-none-any', 'cp312-cp312-manylinux_2_17_x86_64'), fc.constant('py3-none-any')),
    requiresPython: seldom('', '>=3.12'),
    yanked: odd ? seldom(false, true) : fc.constant(false),
  });
}

/** Five projects that need each other, most of the time in a way that can be had. */
export const pipWorld = (options: WorldOptions): fc.Arbitrary<PipWorld> =>
  fc
    .tuple(
      ...worldNames.map((name) =>
        fc
          .uniqueArray(release(options), { minLength: 1, maxLength: 4, selector: ({ version }) => version })
          .map((all) => [name, all] as const),
      ),
    )
    .map((all) => new Map(all));

export const worldRoots: fc.Arbitrary<WantedOf[]> = fc
  .uniqueArray(wanted, { minLength: 1, maxLength: 2, selector: (one) => one.project })
  .map((all) => all.map((one) => ({ ...one, extra: null, system: null })));

/** The requirement as metadata has it. */
export function textOf({ project: name, extras, bound, extra: only, system }: WantedOf): string {
  const markers = [
    ...(only === null ? [] : [`extra == "${only}"`]),
    ...(system === null ? [] : [`sys_platform == "${system}"`]),
  ];
  const listed = extras.length === 0 ? '' : `[${extras.join()}]`;
  const marker = markers.length === 0 ? '' : `; ${markers.join(' and ')}`;
  return `${name}${listed}${bound === null ? '' : bound.join('')}${marker}`;
}

export const metadataOf = (name: string, { version, needs, requiresPython }: ReleaseOf): string =>
  [
    'Metadata-Version: 2.1',
    `Name: ${name}`,
    `Version: ${version}`,
    ...(requiresPython === '' ? [] : [`Requires-Python: ${requiresPython}`]),
    ...worldExtras.map((one) => `Provides-Extra: ${one}`),
    ...needs.map((one) => `Requires-Dist: ${textOf(one)}`),
    '',
    '',
  ].join('\n');

export const wheelFileName = (name: string, { version, tags }: ReleaseOf): string => `${name}-${version}-${tags}.whl`;

export function requirementOf(text: string): Requirement {
  const read = parseRequirement(text);
  if (!read.ok) throw new TypeError(`${text} ${read.message}`);
  return read.requirement;
}

export function projectFile(name: string, facts: Partial<ProjectFile> = {}): ProjectFile {
  const fileName = parseDistributionFileName(name);
  if (fileName === null) throw new TypeError(name);
  const none = { size: null, requiresPython: null, yanked: false, uploadTime: null, metadata: true } as const;
  return {
    fileName,
    url: `https://a.example/${name}`,
    page: 'https://a.example/',
    sha256: sha256Of(name),
    ...none,
    ...facts,
  };
}

/** The world as an index. */
export function indexOfWorld(world: PipWorld): PipIndex {
  const texts = new Map(
    [...world].flatMap(([name, all]) => all.map((one) => [wheelFileName(name, one), metadataOf(name, one)] as const)),
  );
  return {
    async files(name) {
      const all = world.get(name);
      return (
        all?.map((one) =>
          projectFile(wheelFileName(name, one), { yanked: one.yanked, requiresPython: one.requiresPython || null }),
        ) ?? null
      );
    },
    metadata: async ({ fileName }) => parseCoreMetadata(Buffer.from(texts.get(fileName) ?? ''), fileName, () => {}),
  };
}
