import { z } from 'zod';
import { hotfixSchema } from './forms/hotfix/hotfix.ts';
import { recordSchema } from './record.ts';

/** What we decided about one package since it entered. */
export const decisionSchema = z.strictObject({
  /** Upstream's record as it is now, when it differs from the provenance's. */
  record: recordSchema.optional(),
  /** The entries that last needed it. Absent for a package put there by hand. */
  why: z.array(z.string()).optional(),
  /** Milliseconds since the epoch: when a complete plan first did without it while an entry of `why` remained. */
  unneededSince: z.number().optional(),
  /** Out of the index, bytes kept. */
  withdrawn: z.strictObject({ at: z.number(), reason: z.string() }).optional(),
  /** What the organisation's own patch instructions say of it. */
  hotfix: hotfixSchema.optional(),
});
export type Decision = z.infer<typeof decisionSchema>;

/** One subdir's decisions by file name: mutable, under compare-and-swap (design decision 5). */
export const controlSchema = z.strictObject({
  version: z.literal(1),
  packages: z.record(z.string(), decisionSchema),
});
export type Control = z.infer<typeof controlSchema>;

export const emptyControl: Control = { version: 1, packages: {} };
