import { Readable } from 'node:stream';
import {
  GetObjectCommand,
  type GetObjectCommandOutput,
  HeadObjectCommand,
  ListObjectsV2Command,
  type ListObjectsV2CommandOutput,
} from '@aws-sdk/client-s3';
import { compareCodePoints } from '../../core/json/json.ts';
import { type ObjectKey, objectKeySchema } from '../../core/layout/keys.ts';
import {
  maxWholeBytes,
  type ObjectHead,
  type Store,
  type StoredObject,
  type WholeObject,
} from '../../core/ports/store.ts';
import { GatehouseError } from '../../core/problems/error.ts';
import { refusalOf } from '../aws-refusal.ts';
import { tooLarge } from '../too-large.ts';
import { asBucketError, type Bucket, unreachable } from './bucket.ts';

/** A HEAD now, and ranged reads of exactly that version later. */
export async function getObject(bucket: Bucket, key: ObjectKey): Promise<StoredObject | null> {
  const command = new HeadObjectCommand({ Bucket: bucket.name, Key: key });
  const found = await bucket.client.send(command).catch((error: unknown) => {
    if (refusalOf(error)?.status === 404) return null;
    throw error;
  });
  if (found === null) return null;
  const head = objectHead(key, found, found.ContentLength);
  return {
    ...head,
    metadata: found.Metadata ?? {},
    async read(start, end) {
      if (start < 0 || start > end || end > head.size) throw new RangeError(`no bytes ${start}-${end} of ${head.size}`);
      if (start === end) return new Uint8Array();
      return asBucketError(`read ${key}`, () => againWhenCut(() => readRange(bucket, head, [start, end])));
    },
  };
}

/** One GET without a condition: S3 answers with all of one version, whoever writes meanwhile. */
export function readObject(
  { name, client }: Bucket,
  key: ObjectKey,
  maxBytes: number = maxWholeBytes,
): Promise<WholeObject | null> {
  return againWhenCut(async () => {
    const found = await client.send(new GetObjectCommand({ Bucket: name, Key: key })).catch((error: unknown) => {
      const { status, code } = refusalOf(error) ?? {};
      if (status === 404 && code !== 'NoSuchBucket') return null;
      throw error;
    });
    if (found === null) return null;
    const head = objectHead(key, found, found.ContentLength);
    if (head.size > maxBytes) {
      // Else the connection would stay taken until somebody reads it.
      if (found.Body instanceof Readable) found.Body.destroy();
      throw tooLarge(key, head.size, maxBytes);
    }
    return { ...head, bytes: await bodyOf(found, key, head.size) };
  });
}

const maxReadAttempts = 3;

/** The SDK tries a request again, but not a body that is cut: that is done here. */
async function againWhenCut<T>(read: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await read();
    } catch (error) {
      const isFinal = !(error instanceof GatehouseError) || !error.retry || error.code === 'store.conflict';
      if (isFinal || attempt === maxReadAttempts) throw error;
    }
  }
}

async function readRange(
  { name, client }: Bucket,
  { key, etag }: ObjectHead,
  [start, end]: readonly [number, number],
): Promise<Uint8Array> {
  const command = new GetObjectCommand({ Bucket: name, Key: key, IfMatch: etag, Range: `bytes=${start}-${end - 1}` });
  const answer = await client.send(command).catch((error: unknown) => {
    const { status, code } = refusalOf(error) ?? {};
    if (status !== 412 && code !== 'NoSuchKey') throw error;
    throw new GatehouseError('store.conflict', `${key} changed while it was read`, { retry: true, cause: error });
  });
  return bodyOf(answer, key, end - start);
}

/** A body of so many bytes, or an error after which it is worth asking again. */
async function bodyOf({ Body }: GetObjectCommandOutput, key: ObjectKey, size: number): Promise<Uint8Array> {
  const bytes = await Body?.transformToByteArray().catch((error: unknown) => {
    throw error instanceof Error ? unreachable(`read ${key}`, error) : error;
  });
  if (bytes?.length === size) return bytes;
  const got = `${bytes?.length ?? 0} bytes of ${size}`;
  throw new GatehouseError('store.broken', `the store answered with ${got} of ${key}`, { retry: true });
}

/**
 * Every object whose key starts with `prefix`. S3 lists by UTF-8 bytes, which is the order of code points; directory
 * buckets do not, and readers that merge by order would take what is missing for deleted, so disorder throws.
 * A name that is no key (a console's `folder/`) is passed over, as the folder backend does.
 */
export async function* listObjects(
  bucket: Bucket,
  ...[prefix, passedOver = () => {}]: Parameters<Store['list']>
): AsyncGenerator<ObjectHead> {
  let last = '';
  for await (const { Key, Size, ...described } of contents(bucket, prefix)) {
    if (compareCodePoints(Key, last) <= 0) throw outOfOrder(Key, last);
    last = Key;
    const key = objectKeySchema.safeParse(Key);
    if (key.success) yield objectHead(key.data, described, Size);
    else passedOver({ path: Key, kind: Key.endsWith('/') ? 'folder' : 'name' });
  }
}

async function* contents(bucket: Bucket, prefix: string) {
  for await (const { Contents = [] } of pages(bucket, prefix)) {
    for (const { Key = '', ...described } of Contents) yield { Key, ...described };
  }
}

async function* pages({ name, client }: Bucket, prefix: string): AsyncGenerator<ListObjectsV2CommandOutput> {
  for (let token: string | undefined; ; ) {
    const command = new ListObjectsV2Command({ Bucket: name, Prefix: prefix, ContinuationToken: token });
    const page = await asBucketError(`list ${prefix || 'everything'}`, () => client.send(command));
    yield page;
    if (page.IsTruncated !== true) return;
    token = page.NextContinuationToken;
    if (token === undefined) throw new GatehouseError('store.broken', 'the store cut a list short', { retry: true });
  }
}

const outOfOrder = (key: string, last: string): GatehouseError =>
  new GatehouseError('store.broken', `the store lists ${key} after ${last}`, {
    hint: 'directory buckets (S3 Express) keep no order: use a general purpose bucket',
  });

/** An object as S3 describes it, in a list as in a HEAD. The tag keeps its quotes: it goes back in conditions as it came. */
function objectHead(
  key: ObjectKey,
  { ETag, LastModified }: { ETag?: string | undefined; LastModified?: Date | undefined },
  size: number | undefined,
): ObjectHead {
  if (ETag !== undefined && size !== undefined && LastModified !== undefined) {
    // A HEAD says whole seconds: so does a list then.
    return { key, etag: ETag, size, modified: Math.floor(LastModified.getTime() / 1000) * 1000 };
  }
  throw new GatehouseError('store.broken', `the store told ${key} without its tag, its size or its time`);
}
