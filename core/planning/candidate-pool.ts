import { createHash } from 'node:crypto';
import { solverSpec } from '../match-spec/solver-spec.ts';
import type { Candidate, CandidatePool } from '../ports/solver.ts';
import type { RepodataRecord } from '../record.ts';
import type { Subdir } from '../subdir.ts';
import { dependencySpec } from './dependency-spec.ts';

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
  const all = [...placed].map(({ subdir, filename, record }) => ({
    key: `${subdir}/${filename}`,
    record: plain(record),
  }));
  all.sort((a, b) => (a.key < b.key ? -1 : 1));
  const candidates = Map.groupBy(all, ({ record }) => record.name);
  return { id: poolId(platform, all, virtualPackages), platform, candidates, virtualPackages };
}

/** `name`, then a space, an operator or nothing: what a solver's gateway finds the name of. */
const plainDependency = /^[a-z0-9_.-]+(?:[ <>=!~]|$)/;

/** rattler's gateway takes `Foo`, `ns:foo` and `foo[...]` for names and loads nothing: those are spelt anew. */
function plain(record: RepodataRecord): RepodataRecord {
  if (record.depends.every((text) => plainDependency.test(text))) return record;
  const depends = record.depends.map((text) => {
    const spec = plainDependency.test(text) ? null : dependencySpec(text);
    return spec === null ? text : solverSpec(spec);
  });
  return { ...record, depends };
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
