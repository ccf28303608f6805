import { z } from 'zod';
import { lastSyncKey } from '../layout/keys.ts';
import { sha256Schema } from '../names/digest.ts';
import type { Store } from '../ports/store.ts';
import { problemSchema } from '../problems/problem.ts';
import { isDamaged, readJsonObject } from '../store/read-json-object.ts';
import { waitingSchema } from './plan.ts';

const count = z.int().nonnegative();

/**
 * How a sync goes, or went, that was run by command: written when it begins, while it works and when it ends. Of two at once
 * it is of either. Times are milliseconds since the epoch.
 */
const lastSyncSchema = z.strictObject({
  version: z.literal(1),
  /** Of the allowlist that it goes by, as it is written; null where nobody wrote one. */
  allowlist: sha256Schema.nullable(),
  startedAt: z.number(),
  /** When it last said that it is at work, or ended. */
  seenAt: z.number(),
  stage: z.enum(['planning', 'fetching', 'indexing', 'proving', 'ended']),
  /** Of the files that its plan adds, how many have come; null until there is a plan. */
  files: z.strictObject({ come: count, of: count }).nullable(),
  /** What it came to; null until it ended, and where an error ended it. */
  outcome: z
    .strictObject({
      fetched: count,
      changed: count,
      dropped: count,
      /** All that did not hold. */
      problems: z.array(problemSchema),
      /** What came, and the gate holds. */
      held: z.array(problemSchema),
      waiting: z.array(waitingSchema),
    })
    .nullable(),
  /** The error that ended it. */
  error: problemSchema.nullable(),
});
export type LastSync = z.infer<typeof lastSyncSchema>;

/** Milliseconds between two words of a sync that it is at work. */
export const syncBeatMs = 15_000;

/** The last sync that was run by command; null where none was. A damaged one reads as none: the next sync writes it anew. */
export async function readLastSync(store: Store): Promise<LastSync | null> {
  try {
    return (await readJsonObject(store, lastSyncKey, lastSyncSchema))?.value ?? null;
  } catch (error) {
    if (isDamaged(error)) return null;
    throw error;
  }
}
