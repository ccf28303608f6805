import { zstdCompressSync } from 'node:zlib';
import { encode } from '@msgpack/msgpack';
import { describe, expect, it } from 'vitest';
import { noarch } from '../../../core/names/subdir.ts';
import { GatehouseError } from '../../../core/problems/error.ts';
import { openUpstreamSubdir } from '../../../core/upstream/open-channel.ts';
import { at, base, channel, record, sound } from '../../support/upstream/opened-upstream.ts';
import { type FormFiles, flatForm, shardsForm, zstForm } from '../../support/upstream/upstream-forms.ts';
import { testFiles, upstreamWorld } from '../../support/upstream/upstream-world.ts';

type Files = Map<string, Uint8Array | string | number>;
const shardIndex = 'repodata_shards.msgpack.zst';
const zstIndex = 'repodata.json.zst';
const zst = (text: string | Uint8Array) => zstdCompressSync(text);

/** The names that are read where the files of an optional form are such, beside a sound `repodata.json`. */
async function namesBeside(form: FormFiles, index: string, answer: Uint8Array | string | number) {
  const files: Files = new Map([...at(form), ...at(flatForm({ packages: { 'json-1-0.conda': {} } }))]);
  const table = testFiles(files.set(`${base}/${index}`, answer));
  const world = upstreamWorld(table.fetch);
  const subdir = await openUpstreamSubdir(channel, noarch, world);
  return { names: [...(subdir?.names() ?? [])], requests: table.requests, world };
}

const unsound: readonly (readonly [string, Uint8Array | string | number])[] = [
  ...[400, 401, 403, 404, 405, 410, 429, 500, 501, 502, 503, 204, 206, 302, 304].map(
    (status) => [`status ${status}`, status] as const,
  ),
  ['a page', '\n<!doctype html>'],
  ['nothing', ''],
  ['no zstd', 'this is not zstd'],
  ['zstd of rubbish', zst('rubbish')],
  ['zstd of a list', zst(encode([1]))],
  ['zstd of what a server says', zst('{"error":"not found"}')],
  ['half a frame', zst(JSON.stringify(sound)).subarray(0, 40)],
];

describe.each([
  [shardIndex, shardsForm(sound)],
  [zstIndex, zstForm(sound)],
])('%s, which is optional', (index, form) => {
  it.each(unsound)('is passed over for %s, within a second, and nothing of it is kept', async (_, answer) => {
    const { names, world } = await namesBeside(form, index, answer);
    expect(names).toEqual(['json']);
    expect(world.waits.filter((ms) => ms > 1000)).toEqual([]);
    expect(world.waits.length).toBeLessThanOrEqual(1);
    expect(await world.cache.get(`${base}/${index}`)).toBeNull();
  });

  it('is read when its server only slipped once', async () => {
    const table = testFiles(at({ ...form, ...flatForm({}) }));
    let slips = 1;
    const world = upstreamWorld((url, headers) => {
      if (url !== `${base}/${index}` || slips-- === 0) return table.fetch(url, headers);
      return Promise.reject(new GatehouseError('upstream.unreachable', 'no answer', { retry: true }));
    });
    const subdir = await openUpstreamSubdir(channel, noarch, world);
    expect([...(subdir?.names() ?? [])].sort()).toEqual(['a', 'b-c']);
    expect(world.waits).toEqual([1000]);
  });
});

describe('shards that cannot be had', () => {
  const form = shardsForm({ packages: { 'a-1-0.conda': record('a') } });
  const [shard = ''] = Object.keys(form).filter((name) => name.startsWith('shards/'));

  it.each([403, 404, 503, 'other bytes'])('give the whole form up before a name is read (%s)', async (answer) => {
    const { names, requests } = await namesBeside(form, shard, answer);
    expect(names).toEqual(['json']);
    expect(requests.at(-1)).toBe(`200 ${base}/repodata.json`);
  });

  it('after one was had fail their name, and nothing is taken from another form', async () => {
    const both = shardsForm({ packages: { 'a-1-0.conda': record('a'), 'b-1-0.conda': record('b') } });
    const files: Files = new Map([...at(both), ...at(flatForm(sound))]);
    const table = testFiles(files);
    const subdir = await openUpstreamSubdir(channel, noarch, upstreamWorld(table.fetch));
    for (const name of Object.keys(both)) if (name.startsWith('shards/')) files.set(`${base}/${name}`, 403);
    const read = await Promise.allSettled(['a', 'b'].map((name) => subdir?.records(name)));
    expect(read.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    expect(table.requests.some((request) => request.endsWith('.json'))).toBe(false);
  });
});

describe('repodata.json decides', () => {
  const alone = (answers: Record<string, Uint8Array | string | number>) => {
    const files: Files = new Map(Object.entries(answers).map(([name, answer]) => [`${base}/${name}`, answer]));
    return openUpstreamSubdir(channel, noarch, upstreamWorld(testFiles(files).fetch));
  };

  it.each([401, 403, 410, 501, '<html>'])(
    'where the others are answered with %s and it is absent: no subdir',
    async (no) => {
      expect(await alone({ [shardIndex]: no, [zstIndex]: no })).toBeNull();
    },
  );

  it.each([503, 'not zstd', zst('[1]')])('but what has an index that is not sound (%s) is there', async (answer) => {
    const refused = expect.objectContaining({ code: expect.stringMatching(/^upstream\./) });
    await expect(alone({ [shardIndex]: answer })).rejects.toEqual(refused);
    await expect(alone({ [zstIndex]: answer })).rejects.toEqual(refused);
  });

  it('and its own refusal is the one that is told', async () => {
    await expect(alone({ [shardIndex]: 503, [zstIndex]: 403, 'repodata.json': 403 })).rejects.toMatchObject({
      message: `${base}/repodata.json answered with status 403`,
      hint: expect.stringContaining('404'),
    });
  });

  it('a cache that fails is no fault of the form', async () => {
    const world = upstreamWorld(testFiles(at({ ...zstForm(sound), ...flatForm(sound) })).fetch);
    const full = new GatehouseError('store.broken', 'the disk is full');
    const cache = { ...world.cache, put: () => Promise.reject(full) };
    await expect(openUpstreamSubdir(channel, noarch, { ...world, cache })).rejects.toBe(full);
  });
});
