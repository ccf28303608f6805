import { z } from 'zod';
import { type ChannelName, provenKey } from '../layout/keys.ts';
import { sha256Schema } from '../names/digest.ts';
import type { Store } from '../ports/store.ts';
import { isDamaged, readJsonObject } from '../store/read-json-object.ts';

/** How an entry fared on a platform, with one python, where it is kept by a hash of all that this depends on. */
const knownOutcomeSchema = z.strictObject({
  python: z.string().nullable(),
  status: z.enum(['solved', 'unsolvable', 'failed']),
  explanation: z.string().nullable(),
});
export type KnownOutcome = z.infer<typeof knownOutcomeSchema>;

/** What a proof need not solve again. Losing it costs time alone, and so does what another proof writes over it. */
const provenSchema = z.strictObject({
  version: z.literal(1),
  /** The index that the last proof in the cloud was of; null before there was one. */
  of: z.string().nullable(),
  /** How many there were. */
  proofs: z.int().nonnegative(),
  outcomes: z.record(sha256Schema, z.array(knownOutcomeSchema)),
});
export type Proven = z.infer<typeof provenSchema>;

/** What was proved so far; nothing where it is damaged. */
export async function readProven(store: Store, channel: ChannelName): Promise<Proven> {
  try {
    const read = await readJsonObject(store, provenKey(channel), provenSchema);
    return read?.value ?? nothingProven;
  } catch (error) {
    if (isDamaged(error)) return nothingProven;
    throw error;
  }
}

const nothingProven: Proven = { version: 1, of: null, proofs: 0, outcomes: {} };
