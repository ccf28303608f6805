import { decodeZstd } from '../archive/zstd/decode-zstd.ts';
import { type ByteSource, chunksOf } from '../byte-source.ts';
import { GatehouseError } from '../error.ts';
import type { FormBytes, FormSource } from '../forms/form.ts';
import { forms } from '../forms/forms.ts';
import { repodata } from '../forms/repodata.ts';
import { type ChannelName, indexKey, type ObjectKey } from '../layout.ts';
import type { Store } from '../ports/store.ts';
import type { Damage } from './damage.ts';

export interface FormsWorld {
  readonly store: Store;
  readonly channel: ChannelName;
  /** False when only records are known, and not what else a damaged package says: then only `repodata.json` is compared. */
  readonly whole: boolean;
}

export interface VerifiedForms {
  /** Forms looked at. */
  readonly checked: number;
  readonly problems: readonly Damage[];
}

/** Every index file of a subdir exists and holds the very bytes it must: clients read one and never compare. */
export async function verifyForms(source: FormSource, { store, channel, whole }: FormsWorld): Promise<VerifiedForms> {
  const keyOf = (file: string) => indexKey(channel, source.subdir, file);
  const plain = await formBytes(repodata(source));
  const problems = [
    ...(await verifyForm(store, keyOf('repodata.json'), plain)),
    ...(await compare(store, keyOf('repodata.json.zst'), { ...asFrame, expected: plain })),
  ];
  let checked = 2;
  for (const { file, written, making } of whole ? forms : []) {
    if (written !== 'default' || making.from !== 'subdir') continue;
    problems.push(...(await verifyForm(store, keyOf(file), await formBytes(making.build(source)))));
    checked += 1;
  }
  return { checked, problems };
}

/** An index file exists and holds the very bytes it must. */
export const verifyForm = (store: Store, key: ObjectKey, expected: Uint8Array): Promise<Damage[]> =>
  compare(store, key, { ...asItIs, expected });

/** A whole form in memory. */
export async function formBytes(form: FormBytes): Promise<Uint8Array> {
  const slices: Uint8Array[] = [];
  for await (const slice of form) slices.push(slice);
  return Buffer.concat(slices);
}

interface Holding {
  readonly wrong: Pick<Damage, 'code' | 'detail'>;
  holds(object: ByteSource, expected: Uint8Array): Promise<boolean>;
}

const asItIs: Holding = {
  wrong: { code: 'verify.index-form', detail: 'is not what packages, provenance and control give' },
  holds: (object, expected) => isExactly(chunksOf(object), expected),
};

const asFrame: Holding = {
  wrong: { code: 'verify.zst', detail: 'is not one zstd frame of what repodata.json must be' },
  holds: decodesTo,
};

/** An index file exists and holds what it must, as `holding` reads it. */
export async function compare(
  store: Store,
  key: ObjectKey,
  { wrong, holds, expected }: Holding & { readonly expected: Uint8Array },
): Promise<Damage[]> {
  const object = await store.get(key);
  if (object === null) return [{ code: 'verify.index-missing', key, detail: 'does not exist' }];
  return (await holds(object, expected)) ? [] : [{ ...wrong, key }];
}

/** By a walk of the frame: a second one or anything else behind it is for some clients part of the index. */
export async function decodesTo(object: ByteSource, expected: Uint8Array): Promise<boolean> {
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

/** Whether a stream is these bytes and no others. */
export async function isExactly(chunks: AsyncIterable<Uint8Array>, expected: Uint8Array): Promise<boolean> {
  let at = 0;
  for await (const bytes of chunks) {
    if (Buffer.compare(bytes, expected.subarray(at, at + bytes.length)) !== 0) return false;
    at += bytes.length;
  }
  return at === expected.length;
}
