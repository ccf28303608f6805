import { decodeZstd } from '../archive/zstd-frame.ts';
import { type ByteSource, chunksOf } from '../byte-source.ts';
import { GatehouseError } from '../error.ts';
import { type ChannelName, indexFiles, indexKey } from '../layout.ts';
import type { Store } from '../ports/store.ts';
import type { Subdir } from '../subdir.ts';
import type { Damage } from './damage.ts';

/** Both forms of an index exist, hold the very bytes they must, and say the same: clients read one and never compare. */
export async function verifyForms(
  expected: Uint8Array,
  { store, channel, subdir }: { readonly store: Store; readonly channel: ChannelName; readonly subdir: Subdir },
): Promise<Damage[]> {
  const damage: Damage[] = [];
  for (const file of indexFiles) {
    const key = indexKey(channel, subdir, file);
    const object = await store.get(key);
    if (object === null) damage.push({ code: 'verify.index-missing', key, detail: 'does not exist' });
    else if (!(await holds[file](object, expected))) damage.push({ ...wrong[file], key });
  }
  return damage;
}

const wrong = {
  'repodata.json': { code: 'verify.index-form', detail: 'is not what packages, provenance and control give' },
  'repodata.json.zst': { code: 'verify.zst', detail: 'is not one zstd frame of what repodata.json must be' },
} as const;

const holds = {
  'repodata.json': (object: ByteSource, expected: Uint8Array) => isExactly(chunksOf(object), expected),
  'repodata.json.zst': decodesTo,
};

/** By a walk of the frame: a second one or anything else behind it is for some clients part of the index. */
async function decodesTo(object: ByteSource, expected: Uint8Array): Promise<boolean> {
  try {
    // No meter: comparing stops at the first byte too many.
    return await isExactly(
      decodeZstd(chunksOf(object), () => {}),
      expected,
    );
  } catch (error) {
    if (error instanceof GatehouseError && error.code === 'package.refused') return false;
    throw error;
  }
}

async function isExactly(chunks: AsyncIterable<Uint8Array>, expected: Uint8Array): Promise<boolean> {
  let at = 0;
  for await (const bytes of chunks) {
    if (Buffer.compare(bytes, expected.subarray(at, at + bytes.length)) !== 0) return false;
    at += bytes.length;
  }
  return at === expected.length;
}
