import { artifactId } from '../documents/plan.ts';
import { GatehouseError } from '../problems/error.ts';
import { type Problem, problemOf } from '../problems/problem.ts';
import { sameDigests } from '../record/record.ts';
import type { UpstreamRecord } from '../upstream/accept-records.ts';
import type { UpstreamView } from './upstream-view.ts';

export interface HiddenConflicts {
  readonly problems: readonly Problem[];
  /** False when some name's hidden records could not be read. */
  readonly complete: boolean;
}

/**
 * Chosen files whose very name a channel of lower priority offers with other bytes: one of the two is not what it says,
 * and only a person can tell which. Bytes that cannot be compared count as others. The same package name alone is no
 * conflict: priority decides it.
 */
export async function hiddenConflicts(chosen: readonly UpstreamRecord[], view: UpstreamView): Promise<HiddenConflicts> {
  const problems: Problem[] = [];
  let complete = true;
  for (const [name, ours] of Map.groupBy(chosen, ({ record }) => record.name)) {
    try {
      const hidden = await view.hidden(name);
      for (const one of ours) problems.push(...hidden.flatMap((other) => conflict(one, other)));
    } catch (error) {
      if (!(error instanceof GatehouseError)) throw error;
      complete = false;
      problems.push(problemOf(error, name));
    }
  }
  return { problems, complete };
}

function conflict(one: UpstreamRecord, other: UpstreamRecord): Problem[] {
  if (artifactId(one) !== artifactId(other) || sameDigests(one.record, other.record)) return [];
  const detail = `${one.channel} and ${other.channel} offer different bytes under this name; ${one.channel} comes first`;
  return [{ code: 'plan.conflict', subject: artifactId(one), detail }];
}
