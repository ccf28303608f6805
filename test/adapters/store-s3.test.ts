import { afterAll, beforeAll } from 'vitest';
import { s3Store } from '../../adapters/store-s3/store-s3.ts';
import { type Cloud, startCloud } from '../cloud/start-cloud.ts';
import { storeContract } from '../contracts/store-contract.ts';
import { openBucket } from '../support/cloud/aws-places.ts';
import { cloudClients } from '../support/cloud/cloud-clients.ts';

let cloud: Cloud;
let clients: ReturnType<typeof cloudClients>;
beforeAll(async () => {
  // A list of any length takes several pages.
  cloud = await startCloud({ maxKeys: 3 });
  clients = cloudClients(cloud.endpoint);
});
afterAll(async () => {
  clients.destroy();
  await cloud[Symbol.asyncDispose]();
});

async function open() {
  const bucket = await openBucket(clients.s3);
  const close = () => Promise.resolve(bucket[Symbol.asyncDispose]());
  return { store: s3Store(bucket.name, { client: clients.s3 }), close };
}

storeContract('the store in a bucket', open, { runs: 25, tags: 'bytes' });
