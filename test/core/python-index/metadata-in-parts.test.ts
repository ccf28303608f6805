import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { memoryCache } from '../../../adapters/cache-memory.ts';
import { sha256Of } from '../../../core/names/digest.ts';
import { parseDistributionFileName } from '../../../core/names/distribution-file-name.ts';
import type { Fetch, FetchResponse } from '../../../core/ports/fetch.ts';
import { fetchWheelMetadata } from '../../../core/python-index/fetch-wheel-metadata.ts';
import { buildWheel } from '../../support/python/build-wheel.ts';
import { upstreamWorld } from '../../support/upstream/upstream-world.ts';

const kibi = 1024;
/** 600 members and `METADATA` before 1.2 MB that deflate makes no smaller. */
const files = Object.fromEntries(Array.from({ length: 600 }, (_, i) => [`demo/${i}.txt`, `${i}`]));
const more = [{ name: 'demo/data.bin', data: randomBytes(1200 * kibi) }];
const wheel = Buffer.from(buildWheel({ files, more, metadata: 'Requires-Dist: a>=1\n' }));
const other = Buffer.from(buildWheel({ files, more, metadata: 'Requires-Dist: b>=1\n' }));
const url = 'https://files.example/demo-1.0-py3-none-any.whl';

const file = {
  fileName: parseDistributionFileName('demo-1.0-py3-none-any.whl') ?? expect.fail(),
  url,
  page: 'https://index.example/simple/demo/',
  sha256: sha256Of(wheel),
  size: null,
  requiresPython: null,
  yanked: false,
  uploadTime: null,
  metadata: false,
};

type Answer = (range: string | undefined, count: number) => Partial<Omit<FetchResponse, 'header'>> & { range?: string };

async function* endless() {
  for (;;) yield Buffer.alloc(64 * kibi);
}

async function* slices(bytes: Uint8Array) {
  for (let at = 0; at < bytes.length; at += 16 * kibi) yield bytes.subarray(at, at + 16 * kibi);
}

/** As RFC 9110 has it. */
function inParts(of: Buffer, range: string | undefined) {
  const [, from = '', to = ''] = /^bytes=(\d*)-(\d*)$/.exec(range ?? '') ?? [];
  if (range === undefined) return { status: 200, body: slices(of) };
  const start = from === '' ? Math.max(0, of.length - Number(to)) : Number(from);
  const end = from === '' || to === '' ? of.length : Math.min(Number(to) + 1, of.length);
  return { status: 206, body: slices(of.subarray(start, end)), range: `bytes ${start}-${end - 1}/${of.length}` };
}

function scene(answer: Answer, cache = memoryCache()) {
  const requests: string[] = [];
  let received = 0;
  const fetch: Fetch = async (at, { range }) => {
    const { status = 206, body = slices(Buffer.alloc(0)), range: said } = answer(range, requests.length);
    requests.push(`${status} ${range ?? 'whole'}`);
    const counted = async function* () {
      for await (const bytes of body) {
        received += bytes.length;
        yield bytes;
      }
    };
    const header = (name: string) => (name === 'content-range' && said !== undefined ? said : null);
    return { status, url: at, header, body: counted() };
  };
  const read = () => fetchWheelMetadata(file, upstreamWorld(fetch, cache));
  return { read, requests, cache, received: () => received };
}

describe('the metadata of a wheel with none beside it', () => {
  it('is read of a few parts, and what was read once is kept', async () => {
    const { read, requests, received, cache } = scene((range) => inParts(wheel, range));
    expect(await read()).toMatchObject({ requiresDist: ['a>=1'] });
    expect(requests.length).toBeLessThan(5);
    expect(requests.every((request) => request.startsWith('206 '))).toBe(true);
    expect(received()).toBeLessThan(150 * kibi);
    const again = scene(() => ({ status: 500 }), cache);
    expect(await again.read()).toMatchObject({ requiresDist: ['a>=1'] });
    expect(again.requests).toEqual([]);
  });

  it('is read of all of it in one request where the server gives no parts', async () => {
    const { read, requests } = scene(() => inParts(wheel, undefined));
    expect(await read()).toMatchObject({ requiresDist: ['a>=1'] });
    expect(requests).toEqual(['200 bytes=-65536']);
  });

  const sound = (range: string | undefined) => inParts(wheel, range);
  const later =
    (then: Answer): Answer =>
    (range, count) =>
      count === 0 || !range ? sound(range) : then(range, count);
  it.each<[string, Answer]>([
    ['no part at all', (range) => (range ? { status: 416 } : sound(range))],
    ['a part without a place', (range) => (range ? { body: slices(wheel) } : sound(range))],
    ['a part at the start', (range) => inParts(wheel, range && 'bytes=0-65535')],
    ['a part beyond the end', (range) => ({ ...sound(range), ...(range && { range: 'bytes 5-9/8' }) })],
    ['more than it says', (range) => (range ? { ...sound(range), body: endless() } : sound(range))],
    ['another part', later(() => inParts(wheel, 'bytes=7-70000'))],
    ['a part of another file', later((range) => ({ ...sound(range), range: `${sound(range).range}9` }))],
    ['all of it, later', later(() => ({ status: 200, body: endless() }))],
    ['nothing, later', later(() => ({ status: 404 }))],
    ['what is no wheel', (range) => inParts(range ? Buffer.alloc(wheel.length) : wheel, range)],
  ])('is read of all of it, by its sha256, where the server answers with %s', async (_, answer) => {
    const { read, requests, received } = scene(answer);
    expect(await read()).toMatchObject({ requiresDist: ['a>=1'] });
    expect(requests.at(-1)).toBe('200 whole');
    expect(received()).toBeLessThan(wheel.length + 600 * kibi);
  });

  it('is what the parts say, of whatever wheel they are', async () => {
    const { read } = scene((range) => inParts(range ? other : wheel, range));
    // Of parts nobody can tell: the fetch holds the wheel as a whole against what was planned.
    expect(await read()).toMatchObject({ requiresDist: ['b>=1'] });
  });
});
