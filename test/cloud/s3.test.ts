import { Readable } from 'node:stream';
import {
  CopyObjectCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  PutBucketVersioningCommand,
  PutObjectCommand,
} from '@aws-sdk/client-s3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { cloudClients } from '../support/cloud/cloud-clients.ts';
import { notifyQueue } from './notify-queue.ts';
import { eventMessage, formEncoded } from './s3/event-message.ts';
import { newCloudBucket, type ObjectEvent } from './s3/s3-world.ts';
import { openQueue } from './sqs/sqs-world.ts';
import { type Cloud, startCloud } from './start-cloud.ts';

const Bucket = 'bucket';

let cloud: Cloud;
let clients: ReturnType<typeof cloudClients>;
beforeEach(async () => {
  cloud = await startCloud();
  clients = cloudClients(cloud.endpoint);
  cloud.s3.buckets.set(Bucket, newCloudBucket());
});
afterEach(async () => {
  clients.destroy();
  await cloud[Symbol.asyncDispose]();
});

const put = (Key: string, text: string, more = {}) =>
  clients.s3.send(new PutObjectCommand({ Bucket, Key, Body: text, ...more }));
const keptBytes = (key: string) => cloud.s3.buckets.get(Bucket)?.objects.get(key)?.bytes.toString();

describe('bodies', () => {
  it('are taken out of the frames the SDK streams them in, and nothing of the framing is kept', async () => {
    const slices = ['one ', 'two ', 'x'.repeat(100_000)].map((text) => Buffer.from(text));
    const ContentLength = slices.reduce((sum, { length }) => sum + length, 0);
    const Body = Readable.from(slices);
    await clients.s3.send(new PutObjectCommand({ Bucket, Key: 'k', Body, ContentLength, ChecksumAlgorithm: 'SHA256' }));
    expect(keptBytes('k')).toBe(Buffer.concat(slices).toString());
    expect(cloud.s3.buckets.get(Bucket)?.objects.get('k')?.headers).toEqual({
      'content-type': 'application/octet-stream',
    });
  });

  it.each(['SHA256', 'SHA1', 'CRC32'] as const)('are held against their %s', async (ChecksumAlgorithm) => {
    const checksum = { [`Checksum${ChecksumAlgorithm}`]: 'AAAAAA==' };
    await expect(put('k', 'x', { ...checksum })).rejects.toMatchObject({ name: 'BadDigest' });
    expect(keptBytes('k')).toBeUndefined();
    await put('k', 'x', { ChecksumAlgorithm });
    expect(keptBytes('k')).toBe('x');
  });
});

it('copies with headers, under the conditions of a write, and refuses whom it does not know', async () => {
  await put('k', 'x', { CacheControl: 'max-age=9', Metadata: { sha256: 'of x' } });
  const copy = (Key: string, more = {}) =>
    clients.s3.send(new CopyObjectCommand({ Bucket, Key, CopySource: `${Bucket}/k`, ...more }));
  const keptHeaders = (key: string) => cloud.s3.buckets.get(Bucket)?.objects.get(key)?.headers;
  await copy('copied', { IfNoneMatch: '*' });
  expect(keptBytes('copied')).toBe('x');
  expect(keptHeaders('copied')).toMatchObject({ 'cache-control': 'max-age=9', 'x-amz-meta-sha256': 'of x' });
  await expect(copy('copied', { IfNoneMatch: '*' })).rejects.toMatchObject({ name: 'PreconditionFailed' });
  await expect(copy('copied', { IfMatch: '"other"' })).rejects.toMatchObject({ name: 'PreconditionFailed' });
  await copy('bare', { MetadataDirective: 'REPLACE', ContentType: 'text/plain' });
  expect(keptHeaders('bare')).toEqual({ 'content-type': 'text/plain' });
  expect((await fetch(`${cloud.endpoint}/${Bucket}/k`)).status).toBe(403);
});

it('lists in order of UTF-8, in pages, between which the bucket may change', async () => {
  const keys = ['a', 'a/b', 'a0', 'é', '\uff21', '\u{1f40d}'];
  for (const key of keys.toReversed()) await put(key, 'x');
  const first = await clients.s3.send(new ListObjectsV2Command({ Bucket, MaxKeys: 3 }));
  await clients.s3.send(new DeleteObjectCommand({ Bucket, Key: 'a0' }));
  await put('b', 'x');
  const token = first.NextContinuationToken;
  const second = await clients.s3.send(new ListObjectsV2Command({ Bucket, ContinuationToken: token }));
  const listed = [first, second].flatMap(({ Contents = [] }) => Contents.map(({ Key }) => Key));
  expect(listed).toEqual(['a', 'a/b', 'a0', 'b', 'é', '\uff21', '\u{1f40d}']);
});

it('sends ranges, and conditions hold', async () => {
  const { ETag } = await put('k', '0123456789');
  const get = async (more: object) => {
    const { Body, ContentRange } = await clients.s3.send(new GetObjectCommand({ Bucket, Key: 'k', ...more }));
    return [await Body?.transformToString(), ContentRange];
  };
  expect(await get({ Range: 'bytes=2-4', IfMatch: ETag })).toEqual(['234', 'bytes 2-4/10']);
  expect(await get({ Range: 'bytes=-2' })).toEqual(['89', 'bytes 8-9/10']);
  expect(await get({})).toEqual(['0123456789', undefined]);
  await expect(get({ Range: 'bytes=10-' })).rejects.toMatchObject({ name: 'InvalidRange' });
  await expect(get({ IfMatch: '"other"' })).rejects.toMatchObject({ name: 'PreconditionFailed' });
});

describe('events', () => {
  let events: ObjectEvent[];
  beforeEach(() => {
    events = [];
    cloud.s3.listeners.add((event) => events.push(event));
  });

  it('tell of each change once, when it has taken effect, in a sequence', async () => {
    await put('k', 'x');
    await put('k', 'y', { IfNoneMatch: '*' }).catch(() => undefined);
    await clients.s3.send(new DeleteObjectCommand({ Bucket, Key: 'k' }));
    await clients.s3.send(new DeleteObjectCommand({ Bucket, Key: 'k' }));
    const versioning = { VersioningConfiguration: { Status: 'Enabled' } } as const;
    await clients.s3.send(new PutBucketVersioningCommand({ Bucket, ...versioning }));
    await put('k', 'z');
    await clients.s3.send(new DeleteObjectCommand({ Bucket, Key: 'k' }));
    expect(events.map(({ name }) => name)).toEqual([
      'ObjectCreated:Put',
      'ObjectRemoved:Delete',
      'ObjectCreated:Put',
      'ObjectRemoved:DeleteMarkerCreated',
    ]);
    expect(events.map(({ sequencer }) => sequencer)).toEqual(events.map(({ sequencer }) => sequencer).toSorted());
  });

  it('reach a queue that asked for them, after a test event', async () => {
    const queue = openQueue(cloud.sqs, 'index');
    const wanted = { bucket: Bucket, prefix: 'conda/', suffix: '.conda', queue: queue.arn };
    notifyQueue(cloud, { ...wanted, events: ['s3:ObjectCreated:*'] });
    for (const key of ['conda/a.conda', 'conda/a.json', '_gatehouse/a.conda']) await put(key, 'x');
    await clients.s3.send(new DeleteObjectCommand({ Bucket, Key: 'conda/a.conda' }));
    const bodies = [...queue.messages].map(({ body }) => JSON.parse(body));
    expect(bodies[0]).toMatchObject({ Event: 's3:TestEvent', Bucket });
    expect(bodies.slice(1)).toMatchObject([{ Records: [{ s3: { object: { key: 'conda/a.conda' } } }] }]);
  });

  it('spell keys as a form does', async () => {
    await put('conda/noarch/a b+c!ü.conda', 'four');
    const [record] = JSON.parse(eventMessage(events)).Records;
    expect(record).toMatchObject({
      eventName: 'ObjectCreated:Put',
      s3: { bucket: { name: Bucket }, object: { key: 'conda/noarch/a+b%2Bc%21%C3%BC.conda', size: 4 } },
    });
    expect(new URLSearchParams(`key=${formEncoded('a b+c%20&=ü/~')}`).get('key')).toBe('a b+c%20&=ü/~');
  });
});
