import { PutObjectCommand } from '@aws-sdk/client-s3';
import { GatehouseError } from '../../core/error.ts';
import { type ObjectKey, representationOf } from '../../core/layout.ts';
import type { Condition, Metadata, PutOutcome } from '../../core/ports/store.ts';
import type { Bucket } from './bucket.ts';
import { conditionally, conditionHeaders } from './conditionally.ts';

/** Where bytes go, what is noted beside them, and when. */
export interface Target {
  readonly key: ObjectKey;
  readonly metadata: Metadata;
  readonly condition: Condition | undefined;
}

/** What a request that makes an object says of it: CloudFront serves these headers as they are kept. */
export function objectInput({ name }: Bucket, { key, metadata }: Target) {
  const { contentType, cacheControl } = representationOf(key);
  return { Bucket: name, Key: key, ContentType: contentType, CacheControl: cacheControl, Metadata: { ...metadata } };
}

/** One request. The SDK adds a checksum (CRC32), so that bytes changed on the way are refused. */
export function putObject(bucket: Bucket, target: Target, bytes: Uint8Array): Promise<PutOutcome> {
  const input = { ...objectInput(bucket, target), ...conditionHeaders(target.condition), Body: bytes };
  return conditionally(bucket, async () => written(target.key, await bucket.client.send(new PutObjectCommand(input))));
}

export function written(key: ObjectKey, { ETag: etag }: { ETag?: string | undefined }): PutOutcome {
  if (etag !== undefined) return { status: 'written', etag };
  throw new GatehouseError('store.broken', `the store took ${key} and told no tag`);
}
