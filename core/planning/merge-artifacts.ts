import { type Artifact, artifactId, type EntryOutcome } from '../plan.ts';
import type { Problem } from '../problem.ts';
import type { UpstreamRecord } from '../upstream/accept-records.ts';

/** Outcomes solved from one pool, and every record of it that some solution holds. */
export interface SolvedGroup {
  readonly outcomes: readonly EntryOutcome[];
  readonly chosen: readonly UpstreamRecord[];
}

export interface Merged {
  /** In order of id. */
  readonly artifacts: readonly Artifact[];
  readonly outcomes: readonly EntryOutcome[];
  readonly problems: readonly Problem[];
}

/**
 * The union of all solutions, each artifact with the entries that brought it. A channel holds one file of a name: an
 * entry that wants another channel's file of a name already taken has not solved.
 */
export function mergeArtifacts(groups: readonly SolvedGroup[]): Merged {
  const byId = new Map<string, UpstreamRecord>();
  const problems: Problem[] = [];
  const outcomes = groups.flatMap(({ chosen, outcomes: solved }) => {
    const lost = new Map<string, Problem>();
    for (const record of chosen) {
      const id = artifactId(record);
      const before = byId.get(id) ?? record;
      byId.set(id, before);
      if (before.url !== record.url) lost.set(id, clash(id, before, record));
    }
    problems.push(...lost.values());
    return solved.map((outcome) => withoutLost(outcome, lost));
  });
  return { artifacts: artifactsOf(byId, outcomes), outcomes, problems };
}

function withoutLost(outcome: EntryOutcome, lost: ReadonlyMap<string, Problem>): EntryOutcome {
  const id = outcome.artifacts.find((one) => lost.has(one));
  if (id === undefined) return outcome;
  const explanation = `${id}: ${lost.get(id)?.detail}`;
  return { ...outcome, status: 'failed', artifacts: [], explanation };
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

function clash(id: string, one: UpstreamRecord, other: UpstreamRecord): Problem {
  const detail = `wanted from ${one.channel} and from ${other.channel}; a channel holds one file of a name`;
  return { code: 'plan.conflict', subject: id, detail };
}
