import type { Policy } from '../documents/gate/policy.ts';
import type { GateVerdict } from '../documents/gate/verdict.ts';
import type { Digests } from '../names/digest.ts';
import type { ByteSource } from '../ports/byte-source.ts';
import type { StoredObject } from '../ports/store.ts';
import type { GateCandidate } from './check.ts';
import type { Settled } from './settle.ts';

/** A file at the door: what it is, and its bytes, which are judged whole. */
export interface AtTheDoor extends Omit<GateCandidate, 'sha256' | 'isServed'> {
  readonly digests: Digests;
  /** Where its digests are its object's word alone, with the metadata that says so. */
  readonly bytes: ByteSource & Partial<Pick<StoredObject, 'metadata'>>;
  /** The entries that brought it, as a plan names them; null of what nobody's entry brought. */
  readonly request: { readonly entries: readonly string[] } | null;
  /** False unless it is in an index already: a sweep's. */
  readonly isServed?: boolean;
}

/**
 * The one door (docs/security.md): whatever gets a name under `conda/` or `simple/` has a passing verdict of these bytes first,
 * whoever brings it. Opened once for a command or an invocation, over one side of a store.
 */
export interface Gate {
  readonly policy: Policy;
  /**
   * Whether a file may be chosen, by what is known before its bytes are read: an earlier verdict of its sha256, recalls, and
   * every check that needs no bytes.
   */
  standingOf(candidate: GateCandidate): Promise<Settled>;
  /** What would be answered now of what was judged before: waivers, time, data and recalls may have changed it. */
  standsNow(verdict: GateVerdict): Promise<Settled>;
  /**
   * Judges bytes by every check, and lays the verdict at rest, in the ledger first: also of what does not pass. Bytes that
   * were judged before, by the same versions of the checks, are not read again.
   *
   * @throws GatehouseError `store.*`: nothing was decided
   */
  judge(file: AtTheDoor): Promise<GateVerdict>;
}
