import type { CheckId } from '../documents/gate/checks.ts';
import type { Policy } from '../documents/gate/policy.ts';
import type { Firing, GateFacts, GateVerdict, ProjectRelease, PublishedAt } from '../documents/gate/verdict.ts';
import type { Sha256 } from '../names/digest.ts';
import type { RepodataRecord } from '../record/record.ts';
import type { Advice } from './advice.ts';
import type { Reading } from './reading.ts';

/** What is known of a file before a byte of it is read: by its name, and by whoever offers it. */
export interface GateCandidate {
  readonly kind: 'package' | 'wheel' | 'sdist';
  /** `linux-64/x-1.0-0.conda`, or `simple/x/x-1.0-py3-none-any.whl`. */
  readonly id: string;
  /** Of the package, or of the project. */
  readonly name: string;
  readonly version: string;
  /** Null where upstream does not say. */
  readonly sha256: Sha256 | null;
  readonly origin: GateVerdict['origin'];
  /** Of the file that it is made of, absent of all others: nobody knows the bytes of a package before it is made. */
  readonly madeOf?: Sha256;
  /** The channel's or index's URL; null of the organisation's own. */
  readonly source: string | null;
  /** Upstream's record; null of a file for pip, and of what is published or copied in. */
  readonly record: RepodataRecord | null;
  /** By a server's word; null where there is none, or nobody asked. */
  readonly published: PublishedAt | null;
  /** When the first file of its release became public, in milliseconds since the epoch; absent where nobody says. */
  readonly releasedAt?: number | null;
  /** Where its index keeps who attested what of it (PEP 740); absent where it has nothing. */
  readonly attestations?: string | null;
  /** PEP 592 of a file for pip. */
  readonly yanked: string | boolean;
  /** PEP 792 of a project; null where its index does not say. */
  readonly projectStatus: string | null;
  readonly projects: readonly ProjectRelease[];
  /** What was read of its bytes; null of what could not be read. Left out before they are read. */
  readonly facts?: GateFacts | null;
  /** Whether it is in an index already: what was there stays, unless it turned bad. */
  readonly isServed: boolean;
  /** Since when it is recalled, in milliseconds since the epoch: what was news then is not forgotten by waiting. Absent of all others. */
  readonly recalledAt?: number;
}

/** A file whose bytes were read: what it is, and what is in it. */
export interface Subject extends GateCandidate {
  readonly sha256: Sha256;
  /** Bytes. */
  readonly size: number;
  readonly reading: Reading;
  /** Null where it could not be read. */
  readonly facts: GateFacts | null;
}

/** What checks go by beside the file. */
export interface GateCheckWorld {
  readonly policy: Policy;
  /** Milliseconds since the epoch. */
  readonly now: number;
  readonly advice: Advice;
  /** Whether the channel has had no sync or sweep to its end yet: what it brings is no news. */
  readonly isFirst: boolean;
  /** The newest build of the same name that passed, and is another version or build; null when there is none. */
  readonly previous: (
    candidate: GateCandidate,
  ) => Promise<{ readonly sha256: Sha256; readonly facts: GateFacts } | null>;
  /** Whether a file of these bytes passed before as what it is to this check, in any package. */
  readonly isKnownScript: (check: CheckId, sha256: Sha256) => Promise<boolean>;
  /** Names that are allowed already: what looks like one of them is no accident. */
  readonly knownNames: readonly string[];
  /** The organisation's own names (`isReserved`). */
  readonly reserved: readonly string[];
}

interface Described {
  readonly id: CheckId;
  /** Raised when it may answer otherwise than before: a sweep then asks again. */
  readonly version: number;
}

/** A check that needs no bytes: it is asked before a file is chosen, when it enters, and at every sweep. */
export interface DataCheck extends Described {
  /** It goes by advisories: its result says when those were read. */
  readonly usesAdvice?: true;
  /** At once: a plan asks of each file that it could choose. */
  judge(candidate: GateCandidate, world: GateCheckWorld): readonly Firing[];
}

/** A check of what is in a file: asked when it enters, and at a sweep when its version rose. */
export interface ContentsCheck extends Described {
  judge(subject: Subject, world: GateCheckWorld): Promise<readonly Firing[]> | readonly Firing[];
}
