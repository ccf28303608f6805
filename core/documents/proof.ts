import { z } from 'zod';
import { type ChannelName, proofKey } from '../layout/keys.ts';
import { subdirSchema } from '../names/subdir.ts';
import type { Store } from '../ports/store.ts';
import { isDamaged, readJsonObject } from '../store/read-json-object.ts';

const provenEntrySchema = z.strictObject({
  entry: z.string(),
  platform: subdirSchema,
  installable: z.boolean(),
  /** The pythons it installs with: for conda of those the allowlist lists, for pip of all that were tried. */
  pythons: z.array(z.string()),
  explanation: z.string().nullable(),
});
export type ProvenEntry = z.infer<typeof provenEntrySchema>;

/** How each entry stood at the last proof. It is kept so that the next proof can say what changed. */
export const proofSchema = z.strictObject({
  version: z.literal(1),
  /** From the conda channel. */
  entries: z.array(provenEntrySchema),
  /** PyPI entries, from our own pages for pip. */
  pip: z.array(provenEntrySchema).default([]),
});
export type Proof = z.infer<typeof proofSchema>;

/** The entries that neither conda nor pip can install on a platform. */
export function failingEntries({ entries, pip }: Proof): ProvenEntry[] {
  const installable = new Set(pip.flatMap((one) => (one.installable ? [`${one.platform} ${one.entry}`] : [])));
  return entries.filter((one) => !one.installable && !installable.has(`${one.platform} ${one.entry}`));
}

/** The last proof kept. A damaged one reads as none: then everything that installs counts as gained, and nothing breaks. */
export async function readProof(store: Store, channel: ChannelName): Promise<Proof | null> {
  try {
    return (await readJsonObject(store, proofKey(channel), proofSchema))?.value ?? null;
  } catch (error) {
    if (isDamaged(error)) return null;
    throw error;
  }
}
