import { z } from 'zod';
import { canonicalJson } from '../../json/json.ts';
import type { ObjectKey } from '../../layout/keys.ts';
import { type Sha256, sha256Schema } from '../../names/digest.ts';
import type { Store } from '../../ports/store.ts';
import { GatehouseError } from '../../problems/error.ts';
import { readJsonObject } from '../../store/read-json-object.ts';

const usedNameSchema = z.strictObject({ version: z.literal(1), sha256: sha256Schema });

/**
 * Takes a file name for these bytes, for ever: clients keep what they got under a name, and so no other bytes may come
 * under it, whatever becomes of the first. Of several that take a name at once one wins. Safe to run twice.
 *
 * @param key `usedPackageNameKey` or `usedFileNameKey`
 * @returns the sha256 that has the name from now on: the given one, or that of whoever was first
 * @throws GatehouseError `json.invalid` when it is damaged: then nobody knows which bytes had it
 */
export async function takeName(store: Store, key: ObjectKey, sha256: Sha256): Promise<Sha256> {
  const { status } = await store.put(key, Buffer.from(canonicalJson({ version: 1, sha256 })), { absent: true });
  if (status === 'written') return sha256;
  const taken = await usedBy(store, key);
  // S3 answers 409 to one of two that write at once, and may keep neither.
  if (taken === null) throw new GatehouseError('store.conflict', `${key} could not be written`, { retry: true });
  return taken;
}

/** The sha256 of the bytes that a file name was used for; null when it is free. */
export async function usedBy(store: Store, key: ObjectKey): Promise<Sha256 | null> {
  return (await readJsonObject(store, key, usedNameSchema))?.value.sha256 ?? null;
}
