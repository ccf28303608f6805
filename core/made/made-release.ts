import type { Subdir } from '../names/subdir.ts';
import { GatehouseError } from '../problems/error.ts';
import { tellingOf } from '../problems/problem.ts';
import { type DependencyWorld, dependencySets } from '../releases/dependency-sets.ts';
import { type MadeRequest, madeRecord } from '../releases/made-record.ts';
import { pythonBounds } from '../releases/python-bounds.ts';
import type { PythonIndexes, ReleaseMetadata } from '../releases/python-indexes.ts';
import type { Reason, ReleaseFile } from '../releases/release-files.ts';
import { splitDepends } from '../releases/split-depends.ts';
import type { UpstreamRecord } from '../upstream/accept-records.ts';

export interface ReleaseWorld {
  readonly made: MadeRequest;
  /** Of the entry, and of the allowlist. */
  readonly platforms: { readonly own: readonly Subdir[]; readonly all: readonly Subdir[] };
  /** The index that the release is of. */
  readonly index: string;
  /** All pythons there are. */
  readonly known: readonly string[];
  readonly dependencies: DependencyWorld;
}

/** The records of the packages that could be made of a release, one for each distinct set of what it needs; or why none can. */
export async function releaseRecords(
  release: ReleaseFile,
  { metadata }: ReleaseMetadata,
  { made, platforms, index, known, dependencies }: ReleaseWorld,
): Promise<UpstreamRecord[] | Reason> {
  const bounds = pythonBounds(release, metadata.requiresPython, { stated: made.depends, known });
  if ('code' in bounds) return bounds;
  const targets = platforms.own.flatMap((platform) => bounds.pythons.map((python) => ({ platform, python })));
  const sets = await dependencySets(metadata, targets, dependencies);
  if ('code' in sets) return sets;
  const parts = splitDepends(sets, platforms.all);
  if (parts === null)
    return { code: 'pypi.dependency', detail: 'what it needs differs between machines of one system' };
  const records: UpstreamRecord[] = [];
  for (const part of parts) {
    const record = madeRecord(part, { release, metadata, made, index, bounds: bounds.specifier });
    if ('code' in record) return record;
    records.push(record);
  }
  return records;
}

const unhashed = 'name another index in "indexes": one that gives a sha256 of each file';

/** What a release says of itself; a file that cannot be read is its own fault, one that cannot be had the index's. */
export async function readRelease(
  release: ReleaseFile,
  { project }: Pick<MadeRequest, 'project'>,
  indexes: PythonIndexes,
): Promise<ReleaseMetadata | Reason> {
  const { file } = release;
  if (file.sha256 === null)
    return { code: 'fetch.unverifiable', detail: 'its index gives no sha256 of it', hint: unhashed };
  try {
    if (release.from === 'wheel') return await indexes.wheel(file);
    return await indexes.sdist(file, { ...release.name, project });
  } catch (error) {
    if (!(error instanceof GatehouseError) || error.code !== 'package.refused') throw error;
    return { code: error.code, ...tellingOf(error) };
  }
}
