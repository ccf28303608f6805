import type { Decision } from '../control.ts';
import type { EntryClaims } from './entry-claims.ts';

export interface LeavingWorld {
  /** Milliseconds since the epoch. */
  readonly now: number;
  /** Milliseconds that a package stays after its entry's solution moved on. */
  readonly retain: number;
  readonly claims: EntryClaims;
}

export type Leaving =
  | { readonly step: 'stay' }
  | { readonly step: 'wait'; readonly decision: Decision }
  | { readonly step: 'leave'; readonly at: number; readonly reason: string };

/**
 * What becomes of a package that the plan does without (design decision 12): it leaves with the last entry that
 * brought it, or `retain` after the solutions of those that remain moved on. `why` names who brought it.
 */
export function leaving(why: readonly string[], decision: Decision, world: LeavingWorld): Leaving {
  if (decision.withdrawn !== undefined) return { step: 'stay' };
  const remaining = why.filter(world.claims.covers);
  if (remaining.length === 0) return { step: 'leave', at: world.now, reason: 'no entry of the allowlist needs it' };
  if (!remaining.every(world.claims.solved)) return { step: 'stay' };
  const since = decision.unneededSince ?? world.now;
  if (world.now - since >= world.retain)
    return { step: 'leave', at: world.now, reason: 'solutions moved on and its retention is over' };
  return decision.unneededSince === undefined
    ? { step: 'wait', decision: { ...decision, unneededSince: since } }
    : { step: 'stay' };
}
