import {
  AbortMultipartUploadCommand,
  type CompletedPart,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import type { ByteSource } from '../../core/byte-source.ts';
import type { PutOutcome } from '../../core/ports/store.ts';
import type { Bucket } from './bucket.ts';
import { conditionally, conditionHeaders } from './conditionally.ts';
import { objectInput, type Target, written } from './put-object.ts';

/** Parts on their way at once, each in memory. */
const lanes = 2;
/** S3's limit: https://docs.aws.amazon.com/AmazonS3/latest/userguide/qfacts.html */
const mostParts = 10_000;

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

interface Upload {
  readonly Bucket: string;
  readonly Key: string;
  readonly UploadId: string | undefined;
}

async function uploadParts({ client, partSize }: Bucket, upload: Upload, source: ByteSource): Promise<CompletedPart[]> {
  const size = Math.max(partSize, Math.ceil(source.size / mostParts));
  const parts: CompletedPart[] = Array.from({ length: Math.ceil(source.size / size) }, (_, i) => ({
    PartNumber: i + 1,
  }));
  const waiting = [...parts.entries()];
  const work = async () => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      const [i, part] = next;
      const Body = await source.read(i * size, Math.min(source.size, (i + 1) * size));
      const { PartNumber } = part;
      const { ETag, ChecksumCRC32 } = await client.send(
        new UploadPartCommand({ ...upload, PartNumber, Body, ChecksumAlgorithm: 'CRC32' }),
      );
      parts[i] = { PartNumber, ETag, ChecksumCRC32 };
    }
  };
  const ended = await Promise.allSettled(Array.from({ length: lanes }, () => work().catch(stop)));
  for (const lane of ended) if (lane.status === 'rejected') throw lane.reason;
  return parts;

  function stop(error: unknown): never {
    waiting.length = 0;
    throw error;
  }
}
