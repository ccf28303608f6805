import { z } from 'zod';
import { subdirSchema } from './subdir.ts';

/** How each entry stood at the last proof; at rest so that the next one can say what changed. */
export const proofSchema = z.strictObject({
  version: z.literal(1),
  entries: z.array(
    z.strictObject({
      entry: z.string(),
      platform: subdirSchema,
      installable: z.boolean(),
      /** The pythons it installs with, of those the allowlist lists. */
      pythons: z.array(z.string()),
      explanation: z.string().nullable(),
    }),
  ),
});
export type Proof = z.infer<typeof proofSchema>;
export type ProvenEntry = Proof['entries'][number];
