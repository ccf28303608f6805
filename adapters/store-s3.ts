import { DeleteObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import type { Store } from '../core/ports/store.ts';
import type { Bucket } from './store-s3/bucket.ts';
import { defaultClient } from './store-s3/client.ts';
import { getObject } from './store-s3/get-object.ts';
import { listObjects } from './store-s3/list-objects.ts';
import { putObject } from './store-s3/put-object.ts';
import { asStoreError } from './store-s3/s3-error.ts';
import { stageObject } from './store-s3/stage-object.ts';
import { systemClock } from './system-clock.ts';

export interface S3StoreOptions extends Partial<Omit<Bucket, 'name' | 'client'>> {
  /** By default one made from the environment. */
  readonly client?: S3Client;
}

/** 16 MiB: with two on their way at once, 32 MiB of memory for each object that is published. */
const usualPartSize = 16 * 1024 * 1024;

/**
 * A store in an S3 bucket, versioned or not. Tags are S3's, made of the bytes; conditions are S3's conditional writes.
 * A request that S3 refuses is `store.broken`, with `retry` when it is S3's state and not the request that is at fault.
 */
export function s3Store(name: string, options: S3StoreOptions = {}): Store {
  const { client = defaultClient(process.env), ...rest } = options;
  const bucket: Bucket = { clock: systemClock, scratch: Infinity, partSize: usualPartSize, ...rest, name, client };
  return {
    get: (key) => asStoreError(`read ${key}`, () => getObject(bucket, key)),
    put: (key, bytes, condition) =>
      asStoreError(`write ${key}`, () => putObject(bucket, { key, metadata: {}, condition }, bytes)),
    list: (prefix) => listObjects(bucket, prefix),
    delete: (key) =>
      asStoreError(`delete ${key}`, async () => {
        await client.send(new DeleteObjectCommand({ Bucket: name, Key: key }));
      }),
    stage: async () => stageObject(bucket),
  };
}
