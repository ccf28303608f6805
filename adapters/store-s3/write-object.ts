import {
  AbortMultipartUploadCommand,
  type CompletedPart,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  PutObjectCommand,
  UploadPartCommand,
  type UploadPartCommandInput,
} from '@aws-sdk/client-s3';
import { type ObjectKey, representationOf } from '../../core/layout/keys.ts';
import type { ByteSource } from '../../core/ports/byte-source.ts';
import type { Condition, Metadata, PutOutcome } from '../../core/ports/store.ts';
import { GatehouseError } from '../../core/problems/error.ts';
import { refusalOf } from '../aws-refusal.ts';
import type { Bucket } from './bucket.ts';

/** The object to be written: its key, the metadata kept beside its bytes, and the condition of the write. */
export interface Target {
  readonly key: ObjectKey;
  readonly metadata: Metadata;
  readonly condition: Condition | undefined;
}

/** One request. The SDK adds a checksum (CRC32), so that bytes changed on the way are refused. */
export function putObject(bucket: Bucket, target: Target, bytes: Uint8Array): Promise<PutOutcome> {
  const input = { ...objectInput(bucket, target), ...conditionHeaders(target.condition), Body: bytes };
  return conditionally(bucket, async () => written(target.key, await bucket.client.send(new PutObjectCommand(input))));
}

/**
 * An object larger than a part: parts first, which nobody sees, then its completion under the condition. A 409 at the
 * completion costs all parts again: S3 asks for a new upload.
 */
export function putInParts(bucket: Bucket, target: Target, source: ByteSource): Promise<PutOutcome> {
  return conditionally(bucket, async () => {
    const created = await bucket.client.send(
      new CreateMultipartUploadCommand({ ...objectInput(bucket, target), ChecksumAlgorithm: 'CRC32' }),
    );
    const upload = { Bucket: bucket.name, Key: target.key, UploadId: created.UploadId };
    try {
      const Parts = await uploadParts(bucket, upload, source);
      const completion = { ...upload, MultipartUpload: { Parts }, ...conditionHeaders(target.condition) };
      return written(target.key, await bucket.client.send(new CompleteMultipartUploadCommand(completion)));
    } catch (error) {
      // What cannot be aborted now, the bucket's lifecycle aborts later.
      await bucket.client.send(new AbortMultipartUploadCommand(upload)).catch(() => undefined);
      throw error;
    }
  });
}

/** The headers kept with an object are those that CloudFront serves it with. */
function objectInput({ name }: Bucket, { key, metadata }: Target) {
  const { contentType, cacheControl } = representationOf(key);
  return { Bucket: name, Key: key, ContentType: contentType, CacheControl: cacheControl, Metadata: { ...metadata } };
}

/** S3's headers for a condition: https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html */
function conditionHeaders(condition: Condition | undefined): { IfNoneMatch?: '*'; IfMatch?: string } {
  if (condition === undefined) return {};
  return 'absent' in condition ? { IfNoneMatch: '*' } : { IfMatch: condition.etag };
}

function written(key: ObjectKey, { ETag: etag }: { ETag?: string | undefined }): PutOutcome {
  if (etag !== undefined) return { status: 'written', etag };
  throw new GatehouseError('store.broken', `the store took ${key} and told no tag`);
}

const maxWriteAttempts = 5;

/**
 * Writes under a condition, and says what came of it: 412 is a lost race, and so is 404 for a version that was named. 409 says only
 * that another write was under way, which may yet fail: the write is tried again, and lost when that goes on.
 */
async function conditionally({ clock }: Bucket, write: () => Promise<PutOutcome>): Promise<PutOutcome> {
  for (let attempt = 1; ; attempt++) {
    const outcome = await write().catch((error: unknown) => {
      const { code, status } = refusalOf(error) ?? {};
      if (code === 'ConditionalRequestConflict') return 'busy';
      if (status === 412 || code === 'NoSuchKey') return conflict;
      throw error;
    });
    if (outcome !== 'busy') return outcome;
    if (attempt === maxWriteAttempts) return conflict;
    await clock.sleep((50 + 100 * clock.random()) * 2 ** (attempt - 1));
  }
}

const conflict: PutOutcome = { status: 'conflict' };

/** Parts on their way at once, each in memory. */
const maxConcurrentParts = 2;
/** S3's limit: https://docs.aws.amazon.com/AmazonS3/latest/userguide/qfacts.html */
const maxParts = 10_000;

async function uploadParts(
  { client, partSize }: Bucket,
  upload: Pick<UploadPartCommandInput, 'Bucket' | 'Key' | 'UploadId'>,
  source: ByteSource,
): Promise<CompletedPart[]> {
  const size = Math.max(partSize, Math.ceil(source.size / maxParts));
  const parts: CompletedPart[] = Array.from({ length: Math.ceil(source.size / size) }, (_, i) => ({
    PartNumber: i + 1,
  }));
  const waiting = [...parts.entries()];
  const work = async () => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      const [i, { PartNumber }] = next;
      const Body = await source.read(i * size, Math.min(source.size, (i + 1) * size));
      const { ETag, ChecksumCRC32 } = await client.send(
        new UploadPartCommand({ ...upload, PartNumber, Body, ChecksumAlgorithm: 'CRC32' }),
      );
      parts[i] = { PartNumber, ETag, ChecksumCRC32 };
    }
  };
  const stop = (error: unknown) => {
    waiting.length = 0;
    throw error;
  };
  const ended = await Promise.allSettled(Array.from({ length: maxConcurrentParts }, () => work().catch(stop)));
  for (const worker of ended) if (worker.status === 'rejected') throw worker.reason;
  return parts;
}
