import { DeleteObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import type { Store } from '../../core/ports/store.ts';
import { systemClock } from '../system-clock.ts';
import { asBucketError, type Bucket, s3Client } from './bucket.ts';
import { getObject, listObjects, readObject } from './read-object.ts';
import { stageObject } from './stage-object.ts';
import { putObject } from './write-object.ts';

export interface S3StoreOptions extends Partial<Omit<Bucket, 'name' | 'client'>> {
  /** One made from the environment when absent. */
  readonly client?: S3Client;
}

/** 16 MiB: with two on their way at once, 32 MiB of memory for each object that is published. */
const usualPartBytes = 16 * 1024 * 1024;

/**
 * A store in an S3 bucket, versioned or not. Tags are S3's, made of the bytes; conditions are S3's conditional writes.
 * A request that S3 refuses is `store.broken`, or `store.denied` to whoever may not ask it, with `retry` when it is S3's state and not the request that is at fault.
 */
export function s3Store(name: string, options: S3StoreOptions = {}): Store {
  const { client = s3Client(process.env), ...rest } = options;
  const bucket: Bucket = { clock: systemClock, scratch: Infinity, partSize: usualPartBytes, ...rest, name, client };
  return {
    read: (key, maxBytes) => asBucketError(`read ${key}`, () => readObject(bucket, key, maxBytes)),
    get: (key) => asBucketError(`read ${key}`, () => getObject(bucket, key)),
    put: (key, bytes, condition) =>
      asBucketError(`write ${key}`, () => putObject(bucket, { key, metadata: {}, condition }, bytes)),
    list: (...what) => listObjects(bucket, ...what),
    delete: (key) =>
      asBucketError(`delete ${key}`, async () => {
        await client.send(new DeleteObjectCommand({ Bucket: name, Key: key }));
      }),
    stage: async () => stageObject(bucket),
  };
}
