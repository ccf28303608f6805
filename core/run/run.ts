import { z } from 'zod';
import { sha256Schema } from '../digest.ts';

/**
 * How far a plan has come that is worked out and carried out by many invocations, any of which may be cut off or come
 * twice: mutable, under compare-and-swap.
 */
export const runSchema = z.strictObject({
  version: z.literal(1),
  /** Of the allowlist's bytes: when they change, the run is superseded. */
  allowlist: sha256Schema,
  /** Of the organisation's own hotfixes, for the same. */
  patches: sha256Schema,
  /** Milliseconds since the epoch. What the plan calls now, so that its conclusion is the same when it comes twice. */
  startedAt: z.number(),
  slices: z.int().nonnegative(),
  /** The slices whose parts are at rest, rising. */
  done: z.array(z.int().nonnegative()),
  /** The plan that was concluded. */
  plan: sha256Schema.nullable(),
  /** `fetching` all but the second formats, then those; `altering`: from now on control may say what was proved with all. */
  stage: z.enum(['planning', 'fetching', 'fetching-second', 'altering', 'settled']),
});
export type Run = z.infer<typeof runSchema>;

export const latestRunSchema = z.strictObject({ version: z.literal(1), run: sha256Schema });
