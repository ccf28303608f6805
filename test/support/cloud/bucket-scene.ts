import { type S3StoreOptions, s3Store } from '../../../adapters/store-s3/store-s3.ts';
import type { Store } from '../../../core/ports/store.ts';
import type { Fault } from '../../cloud/fault.ts';
import { newCloudBucket } from '../../cloud/s3/s3-world.ts';
import { type Cloud, startCloud } from '../../cloud/start-cloud.ts';
import { cloudClients } from './cloud-clients.ts';

/** An empty bucket in a cloud of its own, and a store over it whose waiting takes no time. */
export interface BucketScene extends AsyncDisposable {
  readonly cloud: Cloud;
  readonly clients: ReturnType<typeof cloudClients>;
  readonly store: Store;
  /** How long the store waited, each time; milliseconds. */
  readonly waits: readonly number[];
  /** The operations asked of S3 so far. */
  operations(): string[];
  /** Does this to the next so many requests of an operation, and nothing to any other. */
  break(operation: string, fault: Fault, times?: number): void;
}

export const sceneBucket = 'scene';

export async function bucketScene(options: S3StoreOptions = {}, maxKeys = 1000): Promise<BucketScene> {
  const cloud = await startCloud({ maxKeys });
  const clients = cloudClients(cloud.endpoint);
  const waits: number[] = [];
  const sleep = async (milliseconds: number) => void waits.push(milliseconds);
  cloud.s3.buckets.set(sceneBucket, newCloudBucket());
  return {
    cloud,
    clients,
    store: s3Store(sceneBucket, { client: clients.s3, clock: { sleep, random: () => 0.5 }, ...options }),
    waits,
    operations: () => cloud.requests.map(({ operation }) => operation),
    break(operation, fault, times = Infinity) {
      let left = times;
      cloud.fault = (request) => {
        if (request.operation !== operation || left === 0) return undefined;
        left -= 1;
        return fault;
      };
    },
    [Symbol.asyncDispose]: async () => {
      clients.destroy();
      await cloud[Symbol.asyncDispose]();
    },
  };
}
