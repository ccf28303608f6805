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

/** What a plan does without, whatever else may be said of it. */
export interface Excluding {
  /** The ids of all that may be chosen, where nothing is to be fetched any more; anything without it. */
  readonly here?: ReadonlySet<string>;
  /** The ids of what could not be fetched in this run. */
  readonly without?: ReadonlySet<string>;
}

/** What would have to be fetched where nothing is any more, and what was tried in vain. */
export function keptForLater({ id, isServed }: GateCandidate, { here, without }: Excluding): Firing | null {
  if (without?.has(id) && !isServed) {
    return {
      code: 'gate.unfetched',
      verdict: 'hold',
      detail: 'it could not be fetched in this run: the next one tries it again',
    };
  }
  if (here === undefined || here.has(id)) return null;
  return {
    code: 'gate.later',
    verdict: 'hold',
    detail: 'twice in this run something that was chosen did not come in: the next one fetches it',
  };
}
