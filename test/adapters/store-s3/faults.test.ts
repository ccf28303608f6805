import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { s3Store } from '../../../adapters/store-s3/store-s3.ts';
import { type BucketScene, bucketScene, sceneBucket } from '../../support/cloud/bucket-scene.ts';
import { cloudClients, cloudConfig } from '../../support/cloud/cloud-clients.ts';
import { bytes, key, listed, textOf } from '../../support/store/objects.ts';

const absent = { absent: true } as const;
const busy = { refuse: { status: 409, code: 'ConditionalRequestConflict' } };
const slowDown = { refuse: { status: 503, code: 'SlowDown' } };

let scene: BucketScene;
beforeEach(async () => {
  scene = await bucketScene({}, 2);
});
afterEach(() => scene[Symbol.asyncDispose]());

describe('409, another write under way', () => {
  it('is asked again, a little later each time, and may yet be written', async () => {
    scene.break('PutObject', busy, 3);
    expect(await scene.store.put(key('k'), bytes('x'), absent)).toMatchObject({ status: 'written' });
    expect(scene.waits).toEqual([100, 200, 400]);
  });

  it('is a lost race when the other write stands', async () => {
    await scene.store.put(key('k'), bytes('other'));
    scene.break('PutObject', busy, 1);
    expect(await scene.store.put(key('k'), bytes('x'), absent)).toEqual({ status: 'conflict' });
    expect(await textOf(await scene.store.get(key('k')))).toBe('other');
  });

  it('is a lost race when it never ends', async () => {
    scene.break('PutObject', busy);
    expect(await scene.store.put(key('k'), bytes('x'), { etag: '"a"' })).toEqual({ status: 'conflict' });
    expect(scene.operations()).toEqual(Array(5).fill('PutObject'));
  });
});

describe('what S3 cannot do now', () => {
  it('is tried again by the SDK', async () => {
    scene.break('PutObject', slowDown, 1);
    expect(await scene.store.put(key('k'), bytes('x'), absent)).toMatchObject({ status: 'written' });
  });

  it('is store.broken with retry when it goes on', async () => {
    scene.break('PutObject', slowDown);
    const put = scene.store.put(key('conda/k'), bytes('x'));
    await expect(put).rejects.toMatchObject({
      code: 'store.broken',
      retry: true,
      message: expect.stringMatching(/write conda\/k.*SlowDown/),
    });
  });

  it('is not taken for an absent object', async () => {
    scene.break('HeadObject', slowDown);
    await expect(scene.store.get(key('k'))).rejects.toMatchObject({ code: 'store.broken', retry: true });
  });
});

describe('connections', () => {
  it('a body that is cut is read again', async () => {
    await scene.store.put(key('k'), bytes('0123456789'));
    const object = await scene.store.get(key('k'));
    scene.break('GetObject', { cutAfter: 3 }, 2);
    expect(Buffer.from((await object?.read(2, 9)) ?? []).toString()).toBe('2345678');
  });

  it('a body that is cut every time is store.broken with retry', async () => {
    await scene.store.put(key('k'), bytes('0123456789'));
    const object = await scene.store.get(key('k'));
    scene.break('GetObject', { cutAfter: 3 });
    await expect(object?.read(2, 9)).rejects.toMatchObject({ code: 'store.broken', retry: true });
  });

  it('of an object that is another by now only one answer is asked for', async () => {
    await scene.store.put(key('k'), bytes('0123456789'));
    const object = await scene.store.get(key('k'));
    await scene.store.put(key('k'), bytes('other'));
    const before = scene.operations().length;
    await expect(object?.read(2, 9)).rejects.toMatchObject({ code: 'store.conflict', retry: true });
    expect(scene.operations().slice(before)).toEqual(['GetObject']);
  });

  it('an object that is too large to be read whole leaves its connection to others', async () => {
    const requestHandler = { httpAgent: { maxSockets: 1 } };
    const client = new S3Client({ ...cloudConfig(scene.cloud.endpoint), requestHandler });
    const store = s3Store(sceneBucket, { client });
    await store.put(key('k'), Buffer.alloc(1024 * 1024));
    await expect(store.read(key('k'), 1024 * 1024 - 1)).rejects.toMatchObject({ code: 'store.broken', retry: false });
    expect((await store.read(key('k'), 1024 * 1024))?.size).toBe(1024 * 1024);
    client.destroy();
  });

  it('an answer that is lost is asked for again: what was created then is there already', async () => {
    scene.break('PutObject', { cutAfter: -1 }, 1);
    expect(await scene.store.put(key('k'), bytes('x'), absent)).toEqual({ status: 'conflict' });
    expect(await textOf(await scene.store.get(key('k')))).toBe('x');
  });

  it('a server that goes silent is store.broken with retry', async () => {
    const { endpoint } = scene.cloud;
    const client = new S3Client({ ...cloudConfig(endpoint), requestHandler: { socketTimeout: 50 } });
    scene.break('HeadObject', { before: new Promise(() => {}) });
    const get = s3Store(sceneBucket, { client }).get(key('k'));
    await expect(get).rejects.toMatchObject({ code: 'store.broken', retry: true });
    client.destroy();
  });

  it('a server that is not there is store.broken with retry', async () => {
    const { s3 } = cloudClients('http://127.0.0.1:1');
    const put = s3Store('bucket', { client: s3 }).put(key('k'), bytes('x'));
    await expect(put).rejects.toMatchObject({
      code: 'store.broken',
      retry: true,
      hint: expect.stringMatching(/AWS_ENDPOINT_URL/),
    });
    s3.destroy();
  });
});

describe('lists', () => {
  it.each([slowDown, { cutAfter: 20 }, { cutAfter: -1 }])('a page that is lost midway throws: %j', async (fault) => {
    for (const name of ['a', 'b', 'c', 'd', 'e']) await scene.store.put(key(name), bytes('x'));
    const found: string[] = [];
    const listing = async () => {
      for await (const head of scene.store.list('')) {
        if (found.push(head.key) === 2) scene.break('ListObjectsV2', fault);
      }
    };
    await expect(listing()).rejects.toMatchObject({ code: 'store.broken', retry: true });
    expect(found).toEqual(['a', 'b']);
  });

  it('what can be no key is told to who asks, and listed for nobody', async () => {
    const send = (Key: string) => scene.clients.s3.send(new PutObjectCommand({ Bucket: sceneBucket, Key, Body: 'x' }));
    for (const name of ['conda/linux-64/', 'conda//x', 'conda/a']) await send(name);
    const told: unknown[] = [];
    const keys: string[] = [];
    for await (const head of scene.store.list('conda/', (what) => told.push(what))) keys.push(head.key);
    expect(keys).toEqual(['conda/a']);
    expect(told).toEqual([
      { path: 'conda//x', kind: 'name' },
      { path: 'conda/linux-64/', kind: 'folder' },
    ]);
    expect((await listed(scene.store, 'conda/')).map((head) => head.key)).toEqual(keys);
  });

  it('a bucket that keeps no order is refused', async () => {
    const { objects } = scene.cloud.s3.buckets.get(sceneBucket) ?? {};
    for (const name of ['a', 'b']) await scene.store.put(key(name), bytes('x'));
    const bucket = scene.cloud.s3.buckets.get(sceneBucket);
    if (bucket !== undefined) bucket.sorted = [...(objects ?? new Map()).keys()].reverse();
    await expect(listed(scene.store, '')).rejects.toMatchObject({
      code: 'store.broken',
      hint: expect.stringMatching(/directory buckets/),
    });
  });

  it('names that are no keys are passed over', async () => {
    await scene.store.put(key('a/b'), bytes('x'));
    const bucket = scene.cloud.s3.buckets.get(sceneBucket);
    const [object] = bucket?.objects.values() ?? [];
    for (const name of ['a/', 'a//c', '../d']) if (object !== undefined) bucket?.objects.set(name, object);
    if (bucket !== undefined) bucket.sorted = null;
    expect((await listed(scene.store, '')).map((head) => head.key)).toEqual(['a/b']);
  });
});

describe('what the user can mend has a hint', () => {
  it('no such bucket', async () => {
    const store = s3Store('nowhere', { client: scene.clients.s3 });
    const details = {
      code: 'store.broken',
      retry: false,
      message: expect.stringMatching(/NoSuchBucket/),
      hint: expect.stringMatching(/exist/),
    };
    await expect(store.put(key('k'), bytes('x'), { etag: '"a"' })).rejects.toMatchObject(details);
    await expect(listed(store, '')).rejects.toMatchObject(details);
  });

  it.each(['HeadObject', 'PutObject', 'ListObjectsV2', 'DeleteObject'])('%s refused', async (operation) => {
    scene.break(operation, { refuse: { status: 403, code: 'AccessDenied' } });
    const work = async () => {
      await scene.store.put(key('k'), bytes('x'));
      await scene.store.get(key('k'));
      await listed(scene.store, '');
      await scene.store.delete(key('k'));
    };
    await expect(work()).rejects.toMatchObject({
      code: 'store.denied',
      retry: false,
      message: expect.stringMatching(/AccessDenied/),
      hint: expect.stringMatching(/policy/),
    });
  });
});

it('bytes changed on their way are refused by the checksum that goes with them', async () => {
  const { cloud } = scene;
  const put = await fetch(`${cloud.endpoint}/${sceneBucket}/k`, {
    method: 'PUT',
    headers: { authorization: 'x', 'x-amz-checksum-crc32': 'AAAAAA==' },
    body: 'changed',
  });
  expect([put.status, await put.text()]).toEqual([400, expect.stringContaining('BadDigest')]);
  expect(await scene.store.get(key('k'))).toBeNull();
});
