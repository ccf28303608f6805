import { createHash, hash } from 'node:crypto';
import { matchSpecMatches } from '../names/match-spec/match-record.ts';
import type { MatchSpec } from '../names/match-spec/parse-match-spec.ts';
import { canonicalMatchSpec } from '../names/match-spec/solver-spec.ts';
import type { PackageFileName } from '../names/package-file-name.ts';
import type { Subdir } from '../names/subdir.ts';
import type { Candidate, CandidatePool } from '../ports/solver.ts';
import { preferConda } from '../record/other-format.ts';
import type { RepodataRecord } from '../record/record.ts';
import { type RecordFault, recordFault } from '../record/record-fault.ts';

/** Anything with a place in a channel and a record. */
export interface PlacedRecord {
  readonly subdir: string;
  readonly filename: PackageFileName;
  readonly record: RepodataRecord;
}

/** The records a solver may be given: one format of each stem, as conda sees it, and none that a client cannot read. */
export function usableRecords<T extends PlacedRecord>(placed: readonly T[]) {
  const usable: T[] = [];
  const faults: { readonly placed: T; readonly fault: RecordFault }[] = [];
  for (const one of preferConda(placed)) {
    const fault = recordFault(one.record);
    if (fault === null) usable.push(one);
    else faults.push({ placed: one, fault });
  }
  return { usable, faults };
}

/** A pool named after its contents, so that a solver may keep it between solves. */
export function candidatePool(
  platform: Subdir,
  placed: readonly PlacedRecord[],
  virtualPackages: Readonly<Record<string, string>>,
): CandidatePool {
  const all = placed.map(({ subdir, filename, record }) => ({ key: `${subdir}/${filename}`, record }));
  const candidates = Map.groupBy(all, ({ record }) => record.name);
  let id: string | undefined;
  return {
    platform,
    candidates,
    virtualPackages,
    // Made when it is asked for, and once: to hash each record takes longer than to make the pool.
    get id() {
      id ??= poolId({ platform, virtualPackages }, all);
      return id;
    },
  };
}

function poolId(on: Pick<CandidatePool, 'platform' | 'virtualPackages'>, all: readonly Candidate[]): string {
  const named = createHash('sha256').update(JSON.stringify([on.platform, on.virtualPackages]));
  for (const digest of all.map(candidateDigest).sort()) named.update(digest);
  return named.digest('hex');
}

const digests = new WeakMap<RepodataRecord, { readonly key: string; readonly digest: string }>();

/** Names a candidate: of equal ones the key is the same, and each member of the record. */
export function candidateDigest({ key, record }: Candidate): string {
  const known = digests.get(record);
  if (known?.key === key) return known.digest;
  const digest = hash('sha256', `${key}\n${JSON.stringify(record)}`, 'base64');
  digests.set(record, { key, digest });
  return digest;
}

/** Whether a spec says more than a solver takes: a subdir, a URL, a file name, a license, features. */
const isNarrow = ({ subdir, url, fileName, license, trackFeatures }: MatchSpec): boolean =>
  subdir !== null || url !== null || fileName !== null || license !== null || trackFeatures !== null;

/** Names a set of narrow specs: sets of equal names narrow alike, and sets without any are named ''. */
export const narrowKey = (specs: readonly MatchSpec[]): string =>
  specs.filter(isNarrow).map(canonicalMatchSpec).sort().join();

type Located = PlacedRecord & { readonly url?: string };

/** What is left to choose from once each narrow spec has taken out the records of its name that do not match it. */
export function narrow<T extends Located>(placed: readonly T[], specs: readonly MatchSpec[]): readonly T[] {
  const telling = specs.filter(isNarrow);
  if (telling.length === 0) return placed;
  return placed.filter((one) => telling.every((spec) => spec.name !== one.record.name || matchesPlaced(spec, one)));
}

/**
 * Whether a spec asks for a record where it lies. The folder decides its subdir: the record of a noarch package in a
 * platform's folder may say `noarch`, and is served under the folder's.
 */
export const matchesPlaced = (spec: MatchSpec, { record, subdir, filename, url }: Located): boolean =>
  matchSpecMatches(spec, isNarrow(spec) ? { ...record, subdir, fn: filename, url } : record);
