import { type Artifact, artifactId, type EntryOutcome } from '../plan.ts';
import type { Problem } from '../problem.ts';
import type { UpstreamRecord } from '../upstream/accept-records.ts';

export interface Merged {
  /** In order of id. */
  readonly artifacts: readonly Artifact[];
  readonly problems: readonly Problem[];
}

/** The union of all solutions, each artifact with the entries that brought it, in the order of `outcomes`. */
export function mergeArtifacts(chosen: readonly UpstreamRecord[], outcomes: readonly EntryOutcome[]): Merged {
  const why = whyById(outcomes);
  const byId = new Map<string, UpstreamRecord>();
  const problems: Problem[] = [];
  for (const record of chosen) {
    const id = artifactId(record);
    const before = byId.get(id);
    if (before === undefined) byId.set(id, record);
    else if (before.url !== record.url) problems.push(clash(id, before, record));
  }
  const artifacts = [...byId].sort(([a], [b]) => (a < b ? -1 : 1)).map(([id, record]) => artifact(record, why.get(id)));
  return { artifacts, problems };
}

function whyById(outcomes: readonly EntryOutcome[]): Map<string, Set<string>> {
  const why = new Map<string, Set<string>>();
  for (const { entry, artifacts } of outcomes) {
    for (const id of artifacts) why.set(id, (why.get(id) ?? new Set()).add(entry));
  }
  return why;
}

function artifact({ subdir, filename, channel, url, record }: UpstreamRecord, why: Iterable<string> = []): Artifact {
  const { size = null, sha256 = null, md5 = null } = record;
  return { subdir, filename, channel, url, size, sha256, md5, record, why: [...why] };
}

function clash(id: string, one: UpstreamRecord, other: UpstreamRecord): Problem {
  const detail = `wanted from ${one.channel} and from ${other.channel}; a channel holds one file of a name`;
  return { code: 'plan.conflict', subject: id, detail };
}
