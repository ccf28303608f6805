import type { Firing } from '../../documents/gate/verdict.ts';
import type { GateCandidate } from '../../gate/check.ts';
import type { Settled } from '../../gate/settle.ts';
import type { Sha256 } from '../../names/digest.ts';

/** What keeps a file from being chosen. */
export interface Held<T> {
  readonly what: T;
  /** `linux-64/x-1.0-0.conda`, or `simple/x/x-1.0-py3-none-any.whl`. */
  readonly id: string;
  /** Of the artifact; null where nobody knows it yet. */
  readonly sha256: Sha256 | null;
  /** The worst that counts. */
  readonly firing: Firing;
}

/**
 * What keeps a candidate out, as it counts now; null where it may be chosen. What is served stays a candidate until it is
 * rejected, whatever came to be known of it: a sweep takes it back, and no plan.
 */
export function keepsOut({ telling: [worst] }: Settled, { isServed }: GateCandidate): Firing | null {
  if (worst === undefined || worst.verdict === 'warn') return null;
  return isServed && worst.verdict !== 'reject' ? null : worst;
}

/** What would have to be fetched where nothing is any more. */
export function keptForLater({ id }: GateCandidate, here: ReadonlySet<string> | undefined): Firing | null {
  if (here === undefined || here.has(id)) return null;
  return {
    code: 'gate.later',
    verdict: 'hold',
    detail: 'the gate held what came twice in this run: the next one fetches it',
  };
}
