import type { Recall } from '../documents/gate/recalled.ts';
import type { GateVerdict } from '../documents/gate/verdict.ts';
import type { Settled } from '../gate/settle.ts';
import type { NamedBytes } from '../layout/named-bytes.ts';
import type { Side } from '../layout/sides.ts';
import type { LedgerEntry } from '../ledger/ledger-entry.ts';

/** What became of a file, the worst first. */
export const fileStates = [
  /** Taken back: nobody can get it, nor may it enter again. */
  'recalled',
  /** It may never enter. */
  'rejected',
  /** Its bytes wait in the store until what holds it ends. */
  'held',
  /** It is at its address, and in no index: not judged yet, or not indexed. */
  'unlisted',
  'withdrawn',
  'yanked',
  /** Its bytes are gone, as `gatehouse prune` removes them. */
  'gone',
  /** An index lists it. */
  'served',
] as const;
export type FileState = (typeof fileStates)[number];

/** Who brought a file, and from where: of its provenance, or of what the gate was told where it never entered. */
export interface FileSource {
  readonly origin: GateVerdict['origin'];
  /** The channel's or index's URL; null of the organisation's own. */
  readonly from: string | null;
  /** Where its bytes were; null where nobody fetched them. */
  readonly url: string | null;
  /** As the server called the bytes; null where it did not say. */
  readonly etag: string | null;
  /** The token that it was uploaded with. */
  readonly by: string | null;
  /** Of the wheel or sdist that a package was made of. */
  readonly madeOf: NamedBytes | null;
  /** When it came here, in milliseconds since the epoch; null of what never entered. */
  readonly firstSeen: number | null;
}

/** All that is known of one file's bytes. */
export interface WhyFile extends NamedBytes {
  readonly side: Side;
  readonly state: FileState;
  /** As its checks, modes, waivers and time say now; null where the gate never saw it. */
  readonly now: Settled | null;
  /** Milliseconds since the epoch: when all that holds it has ended by itself; null where something does not, or nothing holds. */
  readonly until: number | null;
  /** The lines of `waivers` that would end what holds it; none where nothing does, or no waiver can. */
  readonly waiversToWrite: readonly string[];
  /** The verdict as it was laid at rest. */
  readonly verdict: GateVerdict | null;
  readonly source: FileSource | null;
  /** The entries that need it now. */
  readonly needed: readonly string[];
  /** Why it is in no index, as control says: withdrawn or yanked. */
  readonly keptOut: string | null;
  readonly recall: Recall | null;
  /** What of all this cannot be read: gatehouse verify says more. */
  readonly damaged: readonly string[];
  /** Its entries of the ledger, in order. */
  readonly ledger: readonly LedgerEntry[];
}
