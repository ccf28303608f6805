import { randomBytes } from 'node:crypto';
import { ListMultipartUploadsCommand } from '@aws-sdk/client-s3';
import { afterAll, expect, it } from 'vitest';
import { s3Store } from '../../adapters/store-s3/store-s3.ts';
import { sha256Of } from '../../core/names/digest.ts';
import { storeContract } from '../contracts/store-contract.ts';
import { openBucket } from '../support/cloud/aws-places.ts';
import { bytes, key, listed } from '../support/store/objects.ts';
import { awsClients } from './aws-clients.ts';

const { s3: client, destroy } = awsClients();
afterAll(destroy);

async function open() {
  const bucket = await openBucket(client);
  return { store: s3Store(bucket.name, { client }), close: () => Promise.resolve(bucket[Symbol.asyncDispose]()) };
}

storeContract('the store in a bucket', open, { runs: 10, tags: 'bytes' });

it('publishes in parts where nothing is, with its metadata, and leaves no upload behind', async () => {
  await using bucket = await openBucket(client);
  const store = s3Store(bucket.name, { client, partSize: 5 * 1024 * 1024 });
  const large = randomBytes(12 * 1024 * 1024);
  const sha256 = sha256Of(large);
  const publish = async () => {
    await using staged = await store.stage();
    await staged.write(large);
    return await staged.publish(key('conda/noarch/large-1-0.conda'), { sha256 });
  };
  const first = await publish();
  expect(await publish()).toEqual({ status: 'conflict' });
  const object = await store.get(key('conda/noarch/large-1-0.conda'));
  expect(first).toEqual({ status: 'written', etag: object?.etag });
  expect(object?.metadata).toEqual({ sha256 });
  expect(sha256Of((await object?.read(0, object.size)) ?? bytes(''))).toBe(sha256);
  const { Uploads = [] } = await client.send(new ListMultipartUploadsCommand({ Bucket: bucket.name }));
  expect(Uploads).toEqual([]);
});

it('lists more than a page', async () => {
  await using bucket = await openBucket(client);
  const store = s3Store(bucket.name, { client });
  const keys = Array.from({ length: 1100 }, (_, i) => `p/${String(i).padStart(4, '0')}`);
  for (let at = 0; at < keys.length; at += 50) {
    await Promise.all(keys.slice(at, at + 50).map((where) => store.put(key(where), bytes('x'))));
  }
  expect((await listed(store, 'p/')).map((head) => head.key)).toEqual(keys);
});
