import { isInForce, modeOf, type Policy, type Waiver, waives } from '../documents/gate/policy.ts';
import {
  answers,
  type CheckResult,
  type Firing,
  type GateAnswer,
  type GateVerdict,
} from '../documents/gate/verdict.ts';
import type { Sha256 } from '../names/digest.ts';

export interface Settled {
  readonly verdict: GateAnswer;
  /** Those that counted. */
  readonly waivers: readonly Waiver[];
  /** What the verdict rests on, the worst first: as it counts, after modes and waivers. Empty where it passes. */
  readonly telling: readonly Firing[];
}

/** What an artifact's firings are settled by. */
interface Settling {
  readonly checks: readonly CheckResult[];
  readonly sha256: Sha256 | null;
}

/**
 * The verdict that counts now: each firing by its check's mode and whatever waivers are in force, and of those the worst. What
 * rejects is final: no waiver ends it. What would end by itself by now has ended.
 *
 * @param now milliseconds since the epoch
 */
export function settle({ checks, sha256 }: Settling, policy: Policy, now: number): Settled {
  const waivers = new Set<Waiver>();
  const telling = checks
    .flatMap(({ firings }) => firings)
    .filter(({ until }) => until === undefined || until > now)
    .flatMap((firing) => counted(firing, { sha256, policy, now, waivers }))
    .sort((a, b) => answers.indexOf(b.verdict) - answers.indexOf(a.verdict));
  return { verdict: telling[0]?.verdict ?? 'pass', waivers: [...waivers], telling };
}

interface Counting {
  readonly sha256: Sha256 | null;
  readonly policy: Policy;
  readonly now: number;
  readonly waivers: Set<Waiver>;
}

function counted(firing: Firing, { sha256, policy, now, waivers }: Counting): Firing[] {
  const mode = modeOf(firing.code, policy);
  if (mode === 'off') return [];
  if (mode === 'dry-run' || firing.verdict === 'warn') return [{ ...firing, verdict: 'warn' }];
  if (firing.verdict === 'reject') return [firing];
  const sha256s = [sha256, firing.sha256 ?? null].filter((one) => one !== null);
  const waiver = policy.waivers.find((one) => isInForce(one, now) && waives(one, { code: firing.code, sha256s }));
  if (waiver === undefined) return [firing];
  waivers.add(waiver);
  return [{ ...firing, verdict: 'warn', detail: `${firing.detail}; waived: ${waiver.reason}` }];
}

/** The verdict that counts now of what was judged before: waivers and time may have changed it. */
export const settledNow = ({ checks, sha256 }: GateVerdict, policy: Policy, now: number): Settled =>
  settle({ checks, sha256 }, policy, now);
