import { checkOfCode } from '../documents/gate/checks.ts';
import { isInForce, type Policy, waives } from '../documents/gate/policy.ts';
import { type Firing, type GateVerdict, isPassing } from '../documents/gate/verdict.ts';
import type { Settled } from '../gate/settle.ts';

/** What becomes of a file that is served, by what the gate says of it now. */
export type Fate =
  /** It may be had. */
  | 'stays'
  /** What held it did not hold it when it came in, and says nothing of harm: a person decides. */
  | 'flagged'
  /** It could not be judged, which says nothing of it. */
  | 'unjudged'
  /** It is to be taken back from all who could get it. */
  | 'bad';

/** The checks of what becomes known of a file later: what they hold turned bad, though it came in soundly. */
const turning: readonly string[] = ['C3', 'C4'];

/**
 * What becomes of a file by its standing. What rejects is bad, and so is what C3 or C4 holds, what is held since a waiver ended,
 * and what is held and never passed. Another hold of what passed once is for a person: a comparison with other builds, or a
 * rule that came later, tells of no harm. What broke off tells of nothing.
 *
 * @param earlier what was found of these bytes before; null when nobody looked
 * @param now milliseconds since the epoch
 */
export function fateOf(
  { telling }: Settled,
  earlier: GateVerdict | null,
  { policy, now }: { readonly policy: Policy; readonly now: number },
): Fate {
  if (telling.some(({ verdict }) => verdict === 'reject')) return 'bad';
  const holds = telling.filter(({ verdict }) => verdict === 'hold');
  if (holds.length === 0) return telling.some(({ verdict }) => verdict === 'error') ? 'unjudged' : 'stays';
  if (earlier === null || !isPassing(earlier)) return 'bad';
  const isBad = (firing: Firing) =>
    turning.includes(checkOfCode(firing.code) ?? '') || lostWaiver(firing, earlier, { policy, now });
  return holds.some(isBad) ? 'bad' : 'flagged';
}

/** Whether a waiver let it pass that counts no more: its day is over, or the allowlist has it no longer. */
function lostWaiver(
  { code, sha256 }: Firing,
  { waivers, sha256: ofFile }: GateVerdict,
  { policy, now }: { readonly policy: Policy; readonly now: number },
): boolean {
  const own = { code, sha256s: sha256 === undefined ? [ofFile] : [ofFile, sha256] };
  const had = waivers.some((waiver) => waives(waiver, own));
  return had && !policy.waivers.some((waiver) => isInForce(waiver, now) && waives(waiver, own));
}
