import { GetObjectCommand, HeadObjectCommand } from '@aws-sdk/client-s3';
import { GatehouseError } from '../../core/error.ts';
import type { ObjectKey } from '../../core/layout.ts';
import type { StoredObject } from '../../core/ports/store.ts';
import { refusalOf } from '../aws-refusal.ts';
import type { Bucket } from './bucket.ts';
import { objectHead } from './object-head.ts';
import { asStoreError, unreachable } from './s3-error.ts';

/** A HEAD now, and ranged reads of exactly that version later. */
export async function getObject(bucket: Bucket, key: ObjectKey): Promise<StoredObject | null> {
  const command = new HeadObjectCommand({ Bucket: bucket.name, Key: key });
  const found = await bucket.client.send(command).catch((error: unknown) => {
    if (refusalOf(error)?.status === 404) return null;
    throw error;
  });
  if (found === null) return null;
  const head = objectHead(key, found, found.ContentLength);
  return { ...head, metadata: found.Metadata ?? {}, read: (start, end) => read(bucket, head, { start, end }) };
}

interface Range {
  readonly start: number;
  readonly end: number;
}

type Version = ReturnType<typeof objectHead>;

async function read(bucket: Bucket, version: Version, range: Range): Promise<Uint8Array> {
  const { start, end } = range;
  if (start < 0 || start > end || end > version.size)
    throw new RangeError(`no bytes ${start}-${end} of ${version.size}`);
  if (start === end) return new Uint8Array();
  return asStoreError(`read ${version.key}`, () => readWhole(bucket, version, range));
}

/** The SDK tries a request again, but not a body that is cut: that is done here. */
async function readWhole(bucket: Bucket, version: Version, range: Range, attempts = 3): Promise<Uint8Array> {
  try {
    return await readOnce(bucket, version, range);
  } catch (error) {
    if (attempts === 1 || !(error instanceof GatehouseError) || error.code === 'store.conflict') throw error;
    return readWhole(bucket, version, range, attempts - 1);
  }
}

async function readOnce({ name, client }: Bucket, version: Version, { start, end }: Range): Promise<Uint8Array> {
  const { key, etag } = version;
  const command = new GetObjectCommand({ Bucket: name, Key: key, IfMatch: etag, Range: `bytes=${start}-${end - 1}` });
  const { Body } = await client.send(command).catch((error: unknown) => {
    const { status, code } = refusalOf(error) ?? {};
    if (status !== 412 && code !== 'NoSuchKey') throw error;
    throw new GatehouseError('store.conflict', `${key} changed while it was read`, { retry: true, cause: error });
  });
  const bytes = await Body?.transformToByteArray().catch((error: unknown) => {
    throw error instanceof Error ? unreachable(`read ${key}`, error) : error;
  });
  if (bytes?.length === end - start) return bytes;
  const got = `${bytes?.length ?? 0} bytes of ${end - start}`;
  throw new GatehouseError('store.broken', `the store answered with ${got} of ${key}`, { retry: true });
}
