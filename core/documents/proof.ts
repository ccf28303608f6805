import { z } from 'zod';
import { type ChannelName, proofKey } from '../layout/keys.ts';
import { subdirSchema } from '../names/subdir.ts';
import type { Store } from '../ports/store.ts';
import { isDamaged, readJsonObject } from '../store/read-json-object.ts';

/** How each entry stood at the last proof. It is kept so that the next proof can say what changed. */
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

/** The last proof kept. A damaged one reads as none: then everything that installs counts as gained, and nothing breaks. */
export async function readProof(store: Store, channel: ChannelName): Promise<Proof | null> {
  try {
    return (await readJsonObject(store, proofKey(channel), proofSchema))?.value ?? null;
  } catch (error) {
    if (isDamaged(error)) return null;
    throw error;
  }
}
