import { createHash } from 'node:crypto';
import type { Candidate, CandidatePool } from '../ports/solver.ts';
import type { RepodataRecord } from '../record.ts';
import type { Subdir } from '../subdir.ts';

/** Anything with a place in a channel and a record. */
export interface PlacedRecord {
  readonly subdir: string;
  readonly filename: string;
  readonly record: RepodataRecord;
}

/** A pool named after its contents, so that a solver may keep what it made of it. */
export function candidatePool(
  platform: Subdir,
  placed: Iterable<PlacedRecord>,
  virtualPackages: Readonly<Record<string, string>>,
): CandidatePool {
  const all = [...placed].map(({ subdir, filename, record }) => ({ key: `${subdir}/${filename}`, record }));
  all.sort((a, b) => (a.key < b.key ? -1 : 1));
  const candidates = Map.groupBy(all, ({ record }) => record.name);
  return { id: poolId(platform, all, virtualPackages), platform, candidates, virtualPackages };
}

/** Covers what a solver decides by: keys, build numbers, timestamps and dependencies; a key's other facts are its name's. */
function poolId(
  platform: Subdir,
  all: readonly Candidate[],
  virtualPackages: Readonly<Record<string, string>>,
): string {
  const hash = createHash('sha256').update(JSON.stringify([platform, virtualPackages]));
  for (const { key, record } of all) {
    const { build_number, timestamp, depends, constrains, track_features } = record;
    hash.update(JSON.stringify([key, build_number, timestamp, depends, constrains, track_features]));
  }
  return hash.digest('hex');
}
