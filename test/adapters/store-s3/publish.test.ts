import { randomBytes } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { s3Store } from '../../../adapters/store-s3/store-s3.ts';
import { sha256Of } from '../../../core/names/digest.ts';
import type { Condition, PutOutcome } from '../../../core/ports/store.ts';
import { type BucketScene, bucketScene, sceneBucket } from '../../support/cloud/bucket-scene.ts';
import { temporaryFolder } from '../../support/machine/temporary-folder.ts';
import { bytes, key } from '../../support/store/objects.ts';

const mebibyte = 1024 * 1024;
const where = key('conda/noarch/large-1-0.conda');

let scene: BucketScene;
beforeEach(async () => {
  scene = await bucketScene({ partSize: 5 * mebibyte });
});
afterEach(() => scene[Symbol.asyncDispose]());

async function publish(content: Uint8Array, condition?: Condition): Promise<PutOutcome> {
  await using staged = await scene.store.stage();
  for (let at = 0; at < content.length; at += mebibyte) await staged.write(content.subarray(at, at + mebibyte));
  return await staged.publish(where, { sha256: sha256Of(content) }, condition);
}

const bucket = () => scene.cloud.s3.buckets.get(sceneBucket);
const stored = () => bucket()?.objects.get(where);

describe('an object larger than a part', () => {
  const large = randomBytes(12 * mebibyte + 1);

  it('goes up in parts and appears whole, with its metadata', async () => {
    const outcome = await publish(large);
    expect(outcome).toEqual({ status: 'written', etag: expect.stringMatching(/^"[\da-f]{32}-3"$/) });
    expect(stored()?.bytes.equals(large)).toBe(true);
    expect(await scene.store.get(where)).toMatchObject({ size: large.length, metadata: { sha256: sha256Of(large) } });
    expect(bucket()?.uploads.size).toBe(0);
  });

  it('never replaces what is there, and leaves no upload', async () => {
    await scene.store.put(where, bytes('there'));
    expect(await publish(large)).toEqual({ status: 'conflict' });
    expect(stored()?.bytes.toString()).toBe('there');
    expect(bucket()?.uploads.size).toBe(0);
  });

  it('replaces the version that was named only', async () => {
    const first = await scene.store.put(where, bytes('first'));
    expect(await publish(large, { etag: '"stale"' })).toEqual({ status: 'conflict' });
    expect(await publish(large, { etag: first.status === 'written' ? first.etag : '' })).toMatchObject({
      status: 'written',
    });
    expect(await publish(large, { etag: first.status === 'written' ? first.etag : '' })).toEqual({
      status: 'conflict',
    });
  });

  it('goes up again when its completion meets another write', async () => {
    scene.break('CompleteMultipartUpload', { refuse: { status: 409, code: 'ConditionalRequestConflict' } }, 1);
    expect(await publish(large)).toMatchObject({ status: 'written' });
    expect(scene.operations().filter((name) => name === 'CreateMultipartUpload')).toHaveLength(2);
    expect(bucket()?.uploads.size).toBe(0);
  });

  it('is there, and worth another look, when the answer to its completion is lost', async () => {
    scene.break('CompleteMultipartUpload', { cutAfter: -1 }, 1);
    await expect(publish(large)).rejects.toMatchObject({ code: 'store.broken', retry: true });
    expect(stored()?.bytes.equals(large)).toBe(true);
    expect(await publish(large)).toEqual({ status: 'conflict' });
  });

  it.each(['UploadPart', 'CompleteMultipartUpload'])('is aborted when %s fails', async (operation) => {
    scene.break(operation, { refuse: { status: 403, code: 'AccessDenied' } });
    await expect(publish(large)).rejects.toMatchObject({ code: 'store.denied', retry: false });
    expect(scene.operations().at(-1)).toBe('AbortMultipartUpload');
    expect(bucket()?.uploads.size).toBe(0);
  });
});

describe('scratch', () => {
  it('is bounded: one byte more is an error that names the bound', async () => {
    const store = s3Store(sceneBucket, { client: scene.clients.s3, scratch: 1000 });
    await using staged = await store.stage();
    await staged.write(new Uint8Array(1000));
    await expect(staged.write(new Uint8Array(1))).rejects.toMatchObject({
      code: 'store.too-large',
      retry: false,
      message: expect.stringMatching(/1000 bytes/),
    });
  });

  it('holds what was written whatever becomes of the buffer, and leaves no file', async () => {
    await using temporary = await temporaryFolder();
    vi.stubEnv('TMPDIR', temporary.path);
    const buffer = new Uint8Array(mebibyte);
    await using staged = await scene.store.stage();
    for (let i = 0; i < 10; i++) await staged.write(buffer.fill(i));
    const source = await staged.source();
    const ends = await Promise.all(Array.from({ length: 10 }, (_, i) => source.read(i * mebibyte, i * mebibyte + 1)));
    expect(ends.map(([first]) => first)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    expect(await readdir(temporary.path)).toEqual([]);
    vi.unstubAllEnvs();
  });
});

describe('every object', () => {
  it.each([
    ['conda/noarch/p-1-0.conda', 'application/octet-stream', 'public, max-age=31536000, immutable'],
    ['conda/noarch/repodata.json', 'application/json', 'public, max-age=60'],
    ['conda/noarch/repodata.json.zst', 'application/zstd', 'public, max-age=60'],
  ])('%s is kept with the headers it is served with, however it came', async (name, type, cacheControl) => {
    const expected = { 'content-type': type, 'cache-control': cacheControl };
    await scene.store.put(key(name), bytes('x'));
    expect(bucket()?.objects.get(name)?.headers).toEqual(expected);
    for (const size of [10, 6 * mebibyte]) {
      await scene.store.delete(key(name));
      await using staged = await scene.store.stage();
      await staged.write(new Uint8Array(size));
      await staged.publish(key(name), { generation: '3' });
      expect(bucket()?.objects.get(name)?.headers).toEqual({ ...expected, 'x-amz-meta-generation': '3' });
    }
  });
});
