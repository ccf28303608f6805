import { z } from 'zod';
import { answerSchema } from '../documents/gate/verdict.ts';
import { sha256Schema } from '../names/digest.ts';

/** One decision of the gate. Entries are chained: each names the bytes of the one before it. */
export const ledgerEntrySchema = z.strictObject({
  version: z.literal(1),
  /** From 1, without gaps. */
  sequence: z.int().positive(),
  /** The sha256 of the entry before this one, byte for byte; null of the first. */
  previous: sha256Schema.nullable(),
  /** Milliseconds since the epoch. */
  at: z.number(),
  /** `judged`: a verdict was laid at rest; `recalled`: bytes were taken back; `released`: a recall ended. */
  event: z.enum(['judged', 'recalled', 'released']),
  /** `linux-64/x-1.0-0.conda`, or `simple/x/x-1.0-py3-none-any.whl`. */
  id: z.string(),
  /** Of the artifact's bytes. */
  sha256: sha256Schema,
  verdict: answerSchema,
  /** Of the document that says why, byte for byte: the verdict, or the recall. */
  evidence: sha256Schema,
});
export type LedgerEntry = z.infer<typeof ledgerEntrySchema>;

/** What is decided, before it has its place in the ledger. */
export type Decided = Omit<LedgerEntry, 'version' | 'sequence' | 'previous' | 'at'>;

/**
 * Where the ledger ended when this was written: there may be entries behind it. It spares looking for the end from the
 * first entry on, and it names the last entry's bytes, which no entry names yet.
 */
export const ledgerHeadSchema = z.strictObject({
  version: z.literal(1),
  sequence: z.int().positive(),
  /** Of that entry, byte for byte. */
  sha256: sha256Schema,
});
export type LedgerHead = z.infer<typeof ledgerHeadSchema>;
