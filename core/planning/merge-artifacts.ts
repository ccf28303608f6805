import { type Artifact, artifactId, type EntryOutcome } from '../plan.ts';
import type { Problem } from '../problem.ts';
import type { UpstreamRecord } from '../upstream/accept-records.ts';

/** An outcome, and the records of the pool it was solved from by id: at least those of its solution. */
export interface Sourced {
  readonly outcome: EntryOutcome;
  readonly records: ReadonlyMap<string, UpstreamRecord>;
}

export interface Merged {
  /** In order of id. */
  readonly artifacts: readonly Artifact[];
  readonly outcomes: readonly EntryOutcome[];
  readonly problems: readonly Problem[];
}

/**
 * The union of all solutions, each artifact with the entries that brought it. A channel holds one file of a name: an
 * entry that wants another channel's file of a name already taken has not solved, and takes nothing.
 */
export function mergeArtifacts(sourced: readonly Sourced[]): Merged {
  const taken = new Map<string, UpstreamRecord>();
  const problems: Problem[] = [];
  const outcomes = sourced.map(({ outcome, records }) => {
    const wanted = outcome.artifacts.flatMap((id) => records.get(id) ?? []);
    const clashes = wanted.flatMap((record) => clash(taken.get(artifactId(record)), record));
    problems.push(...clashes);
    const [first] = clashes;
    if (first !== undefined) return lost(outcome, first);
    for (const record of wanted) taken.set(artifactId(record), taken.get(artifactId(record)) ?? record);
    return outcome;
  });
  return { artifacts: artifactsOf(taken, outcomes), outcomes, problems };
}

function lost(outcome: EntryOutcome, { subject, detail }: Problem): EntryOutcome {
  return { ...outcome, status: 'failed', artifacts: [], explanation: `${subject}: ${detail}` };
}

function artifactsOf(byId: ReadonlyMap<string, UpstreamRecord>, outcomes: readonly EntryOutcome[]): Artifact[] {
  const why = whyById(outcomes);
  return [...why.keys()].sort().flatMap((id) => {
    const record = byId.get(id);
    return record === undefined ? [] : [artifact(record, [...(why.get(id) ?? [])])];
  });
}

function whyById(outcomes: readonly EntryOutcome[]): Map<string, Set<string>> {
  const why = new Map<string, Set<string>>();
  for (const { entry, artifacts } of outcomes) {
    for (const id of artifacts) why.set(id, (why.get(id) ?? new Set()).add(entry));
  }
  return why;
}

function artifact(chosen: UpstreamRecord, why: string[]): Artifact {
  const { subdir, filename, channel, url, record, unpatched = record } = chosen;
  const { size = null, sha256 = null, md5 = null } = record;
  return { subdir, filename, channel, url, size, sha256, md5, record: unpatched, why };
}

function clash(one: UpstreamRecord | undefined, other: UpstreamRecord): Problem[] {
  if (one === undefined || one.url === other.url) return [];
  const detail = `wanted from ${one.channel} and from ${other.channel}; a channel holds one file of a name`;
  return [{ code: 'plan.conflict', subject: artifactId(other), detail }];
}
