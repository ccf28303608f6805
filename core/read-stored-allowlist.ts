import { acceptAllowlist } from './allowlist/accept-allowlist.ts';
import type { Allowlist } from './allowlist/parse-allowlist.ts';
import { type Sha256, sha256Of } from './digest.ts';
import { GatehouseError } from './error.ts';
import { allowlistKey } from './layout.ts';
import type { Store } from './ports/store.ts';

export interface StoredAllowlist {
  readonly allowlist: Allowlist;
  /** Of its bytes. */
  readonly sha256: Sha256;
}

/**
 * The allowlist in the store, as the cloud reads it.
 *
 * @throws GatehouseError `allowlist.missing` or `allowlist.invalid`: then nothing is planned, and so nothing leaves
 */
export async function readStoredAllowlist(store: Store): Promise<StoredAllowlist> {
  const object = await store.get(allowlistKey);
  if (object === null) {
    throw new GatehouseError('allowlist.missing', `${allowlistKey} does not exist`, {
      hint: 'deploy again, which puts allowlist.json there',
    });
  }
  const bytes = await object.read(0, object.size);
  return { allowlist: acceptAllowlist(bytes, 'allowlist.json'), sha256: sha256Of(bytes) };
}

/** The same for who indexes, or null: what is wrong with it is for who plans to say, and what is there is indexed all the same. */
export async function storedAllowlist(store: Store): Promise<Allowlist | null> {
  try {
    return (await readStoredAllowlist(store)).allowlist;
  } catch (error) {
    if (error instanceof GatehouseError && error.code.startsWith('allowlist.')) return null;
    throw error;
  }
}
