import { allowlistKey } from '../../layout/keys.ts';
import { type Sha256, sha256Of } from '../../names/digest.ts';
import { sameBytes } from '../../ports/byte-source.ts';
import type { Store } from '../../ports/store.ts';
import { GatehouseError } from '../../problems/error.ts';
import { type Allowlist, acceptAllowlist } from './parse-allowlist.ts';

export interface StoredAllowlist {
  readonly allowlist: Allowlist;
  /** Of its bytes: tells whether another was deployed since. */
  readonly sha256: Sha256;
}

/**
 * Reads the allowlist that the store was last synced with: a sync keeps it there, and on AWS a deployment puts it there.
 *
 * @throws GatehouseError `allowlist.missing` or `allowlist.invalid`: then nothing is planned, and so nothing leaves
 */
export async function readStoredAllowlist(store: Store): Promise<StoredAllowlist> {
  const object = await store.read(allowlistKey);
  if (object === null) {
    const message = `the store was never synced: it has no ${allowlistKey}`;
    throw new GatehouseError('allowlist.missing', message, { hint: `${putting}, or name one with --allowlist FILE` });
  }
  return { allowlist: accept(object.bytes), sha256: sha256Of(object.bytes) };
}

/** Of the bytes of the allowlist as it is there, good or bad; null when there is none. */
export async function storedAllowlistSha256(store: Store): Promise<Sha256 | null> {
  const object = await store.read(allowlistKey);
  return object && sha256Of(object.bytes);
}

const putting = 'gatehouse sync puts the allowlist there, and on AWS a deployment does';

function accept(bytes: Uint8Array): Allowlist {
  try {
    return acceptAllowlist(bytes, allowlistKey);
  } catch (cause) {
    if (!(cause instanceof GatehouseError)) throw cause;
    throw new GatehouseError(cause.code, cause.message.split('\n'), { hint: putting, cause });
  }
}

/** Keeps an allowlist, as it was written, as the one that the store is synced with from now on. */
export async function keepAllowlist(store: Store, written: Uint8Array): Promise<void> {
  const kept = await store.read(allowlistKey);
  // On AWS every write of it starts a run.
  if (kept === null || !sameBytes(kept.bytes, written)) await store.put(allowlistKey, written);
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
