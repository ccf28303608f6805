import { artifactId } from '../../documents/plan.ts';
import { GatehouseError } from '../../problems/error.ts';
import { type Problem, problemOf } from '../../problems/problem.ts';
import { sameDigests } from '../../record/record.ts';
import type { UpstreamRecord } from '../../upstream/accept-records.ts';
import type { UpstreamView } from '../upstream-view.ts';

export interface HiddenConflicts {
  /** One for each file. */
  readonly warnings: readonly Problem[];
  /** One for each name that could not be read. */
  readonly problems: readonly Problem[];
  /** False when some name's other records could not be read. */
  readonly complete: boolean;
}

/**
 * Chosen files whose very name another channel offers with other bytes, which cannot both be what they say. The order of
 * channels decides, or the channel that an entry names, so nothing is left to do, and it is only told. Bytes that cannot
 * be compared count as others. The same package name alone is no conflict.
 */
export async function hiddenConflicts(chosen: readonly UpstreamRecord[], view: UpstreamView): Promise<HiddenConflicts> {
  const warnings: Problem[] = [];
  const problems: Problem[] = [];
  let complete = true;
  for (const [name, ours] of Map.groupBy(chosen, ({ record }) => record.name)) {
    try {
      const offered = await view.offered(name);
      for (const one of ours) warnings.push(...offered.flatMap((other) => conflict(one, other)));
    } catch (error) {
      if (!(error instanceof GatehouseError)) throw error;
      complete = false;
      problems.push(problemOf(error, name));
    }
  }
  return { warnings, problems, complete };
}

function conflict(one: UpstreamRecord, other: UpstreamRecord): Problem[] {
  if (one.channel === other.channel || artifactId(one) !== artifactId(other)) return [];
  if (sameDigests(one.record, other.record)) return [];
  const detail = `${one.channel} and ${other.channel} offer different bytes under this name; taken from ${one.channel}`;
  return [{ code: 'plan.shadowed', subject: artifactId(one), detail }];
}
