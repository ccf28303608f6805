import { zstdCompressSync } from 'node:zlib';
import { encode } from '@msgpack/msgpack';
import { describe, expect, it } from 'vitest';
import { sha256Of } from '../../../core/names/digest.ts';
import { noarch } from '../../../core/names/subdir.ts';
import { openUpstreamSubdir } from '../../../core/upstream/open-channel.ts';
import { at, base, channel, opened, record } from '../../support/upstream/opened-upstream.ts';
import { type FormFiles, shardsForm } from '../../support/upstream/upstream-forms.ts';
import { fullOnce, testFiles, upstreamWorld } from '../../support/upstream/upstream-world.ts';

describe('shards', () => {
  const name = (files: FormFiles) => Object.keys(files).find((file) => file.startsWith('shards/')) ?? '';

  const two = () => shardsForm({ packages: { 'a-1-0.tar.bz2': record('a'), 'b-1-0.tar.bz2': record('b') } });
  /** The shard of `b`, which is not the one that is read when the index is. */
  const second = (form: FormFiles) => Object.keys(form).filter((file) => file.startsWith('shards/'))[1] ?? '';

  it('are taken only with the bytes their index vouches for, from the server or the cache', async () => {
    const form = two();
    const files = at(form);
    const url = `${base}/${second(form)}`;
    const good = files.get(url) ?? Buffer.alloc(0);
    files.set(url, zstdCompressSync(encode({ packages: {} })));
    const world = upstreamWorld(testFiles(files).fetch);
    const subdir = await openUpstreamSubdir(channel, noarch, world);
    await expect(subdir?.records('b')).rejects.toMatchObject({
      code: 'upstream.body',
      message: expect.stringContaining('sha256'),
    });
    expect(world.waits).toHaveLength(5);
    files.set(url, good);
    await world.cache.put(
      url,
      'any',
      (async function* () {
        yield Buffer.from('damage');
      })(),
    );
    expect(await subdir?.records('b')).toMatchObject({ records: [{ filename: 'b-1-0.tar.bz2' }] });
    files.delete(url);
    expect(await subdir?.records('b')).toMatchObject({ records: [{ filename: 'b-1-0.tar.bz2' }] });
  });

  it('are fetched again where the cache had no room in the middle of one, and has now', async () => {
    const form = two();
    const world = upstreamWorld(testFiles(at(form)).fetch);
    const cache = fullOnce(world.cache, `${base}/${second(form)}`);
    const subdir = await openUpstreamSubdir(channel, noarch, { ...world, cache });
    expect(await subdir?.records('b')).toMatchObject({ records: [{ filename: 'b-1-0.tar.bz2' }] });
    expect(world.waits).toHaveLength(1);
  });

  it('that the index lists and the server lacks are an error to be tried again', async () => {
    const form = two();
    const files = at(form);
    files.delete(`${base}/${second(form)}`);
    const subdir = await openUpstreamSubdir(channel, noarch, upstreamWorld(testFiles(files).fetch));
    await expect(subdir?.records('b')).rejects.toMatchObject({ code: 'upstream.status', retry: true });
  });

  it('may be named by hex digits, and lie at an absolute URL', async () => {
    const form = shardsForm({ packages: { 'a-1-0.tar.bz2': record('a') } });
    const sha256 = name(form).slice('shards/'.length, -'.msgpack.zst'.length);
    const index = { version: 1, info: { shards_base_url: 'https://cdn.example.com/s' }, shards: { a: sha256 } };
    const files = new Map([
      [`${base}/repodata_shards.msgpack.zst`, zstdCompressSync(encode(index))],
      [`https://cdn.example.com/s/${sha256}.msgpack.zst`, form[name(form)] ?? Buffer.alloc(0)],
    ]);
    const told: (string | undefined)[][] = [];
    const { fetch } = testFiles(files);
    const world = upstreamWorld((url, headers, from) => {
      told.push([url, from]);
      return fetch(url, headers);
    });
    const subdir = await openUpstreamSubdir(channel, noarch, world);
    expect(await subdir?.records('a')).toMatchObject({ records: [{ url: `${base}/a-1-0.tar.bz2` }] });
    // The allowlist names the one, the channel the other.
    expect(told).toEqual([
      [`${base}/repodata_shards.msgpack.zst`, undefined],
      [`https://cdn.example.com/s/${sha256}.msgpack.zst`, channel],
    ]);
  });

  it.each([
    ['a version that is not known', { version: 2, info: {}, shards: {} }],
    ['a hash that is none', { version: 1, info: {}, shards: { a: Buffer.alloc(31) } }],
    ['no shards at all', { version: 1, info: {} }],
    ['a list', []],
  ])('with an index of %s are an error', async (_, index) => {
    const files = { 'repodata_shards.msgpack.zst': zstdCompressSync(encode(index)) };
    await expect(opened(files)).rejects.toMatchObject({ code: 'json.invalid' });
  });

  it('and their index are not decoded beyond what conda allows', async () => {
    const bomb = zstdCompressSync(Buffer.alloc(128 * 1024 ** 2 + 1));
    await expect(opened({ 'repodata_shards.msgpack.zst': bomb })).rejects.toMatchObject({ code: 'upstream.too-large' });
    const index = { version: 1, info: {}, shards: { a: Buffer.from(sha256Of(bomb), 'hex') } };
    const subdir = opened({
      'repodata_shards.msgpack.zst': zstdCompressSync(encode(index)),
      [`${sha256Of(bomb)}.msgpack.zst`]: bomb,
    });
    await expect(subdir).rejects.toMatchObject({ code: 'upstream.too-large' });
  });

  it('give only the records of the name they were asked for', async () => {
    const shard = zstdCompressSync(encode({ packages: { 'b-1-0.tar.bz2': record('b') } }));
    const index = { version: 1, info: {}, shards: { a: Buffer.from(sha256Of(shard), 'hex') } };
    const subdir = await opened({
      'repodata_shards.msgpack.zst': zstdCompressSync(encode(index)),
      [`${sha256Of(shard)}.msgpack.zst`]: shard,
    });
    expect(await subdir.records('a')).toMatchObject({ records: [], problems: [{ code: 'record.identity' }] });
  });
});
