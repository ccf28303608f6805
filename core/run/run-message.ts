import { z } from 'zod';
import { sha256Schema } from '../digest.ts';

const run = sha256Schema;

/** What a run sends itself. Each may come twice, late, or after the next. */
export const runMessageSchema = z.discriminatedUnion('type', [
  /** Work out one slice. */
  z.strictObject({ type: z.literal('slice'), run, slice: z.int().nonnegative() }),
  /** Make the plan of all parts. */
  z.strictObject({ type: z.literal('merge'), run }),
  /** See what has arrived, and decide. */
  z.strictObject({ type: z.literal('settle'), run }),
]);
export type RunMessage = z.infer<typeof runMessageSchema>;

export const runMessage = (message: RunMessage): string => JSON.stringify(message);
