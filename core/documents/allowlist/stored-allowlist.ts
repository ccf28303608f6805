import { allowlistKey } from '../../layout/keys.ts';
import { type Sha256, sha256Of } from '../../names/digest.ts';
import type { Store } from '../../ports/store.ts';
import { GatehouseError } from '../../problems/error.ts';
import { type Allowlist, acceptAllowlist } from './parse-allowlist.ts';

export interface StoredAllowlist {
  readonly allowlist: Allowlist;
  /** Of its bytes: tells whether another was deployed since. */
  readonly sha256: Sha256;
}

/**
 * Reads the allowlist in the store, where a deployment puts it for the cloud.
 *
 * @throws GatehouseError `allowlist.missing` or `allowlist.invalid`: then nothing is planned, and so nothing leaves
 */
export async function readStoredAllowlist(store: Store): Promise<StoredAllowlist> {
  const object = await store.read(allowlistKey);
  if (object === null) {
    throw new GatehouseError('allowlist.missing', `${allowlistKey} does not exist`, {
      hint: 'deploy again, which puts allowlist.json there',
    });
  }
  return { allowlist: acceptAllowlist(object.bytes, 'allowlist.json'), sha256: sha256Of(object.bytes) };
}

/**
 * The same allowlist, or null when there is none that can be read. Indexing goes on without: the packages are in the
 * store already, and whoever plans reports what is wrong with the allowlist.
 */
export async function findStoredAllowlist(store: Store): Promise<Allowlist | null> {
  try {
    return (await readStoredAllowlist(store)).allowlist;
  } catch (error) {
    if (error instanceof GatehouseError && error.code.startsWith('allowlist.')) return null;
    throw error;
  }
}
