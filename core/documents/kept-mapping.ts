import { z } from 'zod';
import { canonicalJson } from '../json/json.ts';
import { mappingKey } from '../layout/keys.ts';
import { sameBytes } from '../ports/byte-source.ts';
import type { Store } from '../ports/store.ts';
import { isDamaged, readJsonObject } from '../store/read-json-object.ts';

/**
 * A file of names as it is published (parselmouth's compressed form): the name of a conda package -> the PyPI projects that
 * are in it, as they may be spelt; null for none.
 */
export const mappingSchema = z.record(z.string(), z.union([z.string(), z.array(z.string())]).nullable());
export type Mapping = z.infer<typeof mappingSchema>;

const keptSchema = z.strictObject({ version: z.literal(1), url: z.string(), mapping: mappingSchema });

/** The mapping that a run read from this URL last; null when none was, or it is damaged: it is then read anew or missed. */
export async function readKeptMapping(store: Store, url: string): Promise<Mapping | null> {
  try {
    const kept = await readJsonObject(store, mappingKey, keptSchema);
    return kept?.value.url === url ? kept.value.mapping : null;
  } catch (error) {
    if (isDamaged(error)) return null;
    throw error;
  }
}

/** Keeps a mapping, so that a run that cannot read it decides as this one did. Whoever writes last has read it last. */
export async function keepMapping(store: Store, url: string, mapping: Mapping): Promise<void> {
  const bytes = Buffer.from(canonicalJson({ version: 1, url, mapping }));
  const there = await store.read(mappingKey);
  if (there === null || !sameBytes(there.bytes, bytes)) await store.put(mappingKey, bytes);
}
