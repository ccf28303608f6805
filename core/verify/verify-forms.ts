import { zstdDecompressSync } from 'node:zlib';
import { GatehouseError } from '../error.ts';
import { type ChannelName, indexKey, type ObjectKey } from '../layout.ts';
import type { Store } from '../ports/store.ts';
import type { Subdir } from '../subdir.ts';
import type { Damage } from './damage.ts';

/** Both forms of an index exist, hold the very bytes they must, and say the same: clients read one and never compare. */
export async function verifyForms(
  expected: Uint8Array,
  { store, channel, subdir }: { readonly store: Store; readonly channel: ChannelName; readonly subdir: Subdir },
): Promise<Damage[]> {
  const jsonKey = indexKey(channel, subdir, 'repodata.json');
  const zstKey = indexKey(channel, subdir, 'repodata.json.zst');
  const json = await readAll(store, jsonKey);
  const zst = await readAll(store, zstKey);
  const damage: Damage[] = [];
  for (const [key, bytes] of [
    [jsonKey, json],
    [zstKey, zst],
  ] as const) {
    if (bytes === null) damage.push({ code: 'verify.index-missing', key, detail: 'does not exist' });
  }
  if (json !== null && !json.equals(expected)) {
    damage.push({
      code: 'verify.index-form',
      key: jsonKey,
      detail: 'is not what packages, provenance and control give',
    });
  }
  if (zst !== null && !decoded(zst)?.equals(expected)) {
    damage.push({ code: 'verify.zst', key: zstKey, detail: 'does not decode to what repodata.json must be' });
  }
  return damage;
}

async function readAll(store: Store, key: ObjectKey): Promise<Buffer | null> {
  const object = await store.get(key);
  return object === null ? null : Buffer.from(await object.read(0, object.size));
}

/** Our own index is far below this; a frame that claims more was not written by us. */
const largest = 1024 * 1024 * 1024;

function decoded(zst: Uint8Array): Buffer | null {
  try {
    return zstdDecompressSync(zst, { maxOutputLength: largest });
  } catch (error) {
    if (error instanceof GatehouseError) throw error;
    return null;
  }
}
