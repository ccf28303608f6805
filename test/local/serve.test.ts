import { zstdDecompressSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { exchange, parseResponse, rawRequest } from '../support/served/raw-http.ts';
import { type RouteRow, routeTable } from '../support/served/route-table.ts';
import { fill, sampleChannel } from '../support/served/sample-channel.ts';
import { newStores, serveForTest, serveSample } from '../support/served/served-stores.ts';

const bytesOf = async (response: Response) => Buffer.from(await response.arrayBuffer());
const sample = sampleChannel({ zst: true });
const fileOf = (key: string) => sample.get(key) ?? Buffer.alloc(0);
const alpha = 'conda/linux-64/alpha-1.0-h1_0.conda';
const optionalFiles = [
  'conda/notices.json',
  'conda/channeldata.json',
  'conda/linux-64/repodata_shards.msgpack.zst',
  'conda/linux-64/repodata.json.bz2',
  'conda/linux-64/current_repodata.json',
  'conda/linux-64/current_repodata.json.zst',
  'conda/linux-64/run_exports.json',
  'conda/linux-64/patch_instructions.json',
];

describe.each(newStores)('what breaks real clients, served from a %s store', (_name, make) => {
  test('1: noarch/repodata.json is served, also when it is as good as empty', async () => {
    const { url, store } = await serveSample(make);
    await fill(store, [['staging/conda/noarch/repodata.json', Buffer.from('{}')]]);
    const empty = await fetch(`${url}/staging/conda/noarch/repodata.json`);
    expect([empty.status, await empty.text()]).toEqual([200, '{}']);
    const response = await fetch(`${url}/conda/noarch/repodata.json`);
    expect(await bytesOf(response)).toEqual(fileOf('conda/noarch/repodata.json'));
  });

  test.each(['GET', 'HEAD'])(
    '2: %s of what is missing is 404 with a short text, never 403, HTML or 500',
    async (method) => {
      const { url } = await serveSample(make);
      const missing = [
        '',
        '/',
        ...['conda', 'conda/', 'conda/linux-64', 'conda/linux-64/', `${alpha}/x`].map((at) => `/${at}`),
      ];
      for (const path of [...missing, ...optionalFiles.map((at) => `/${at}`), '/conda/osx-arm64/repodata.json']) {
        const response = await fetch(url + path, { method, headers: { accept: 'text/html' } });
        const said = [
          path,
          response.status,
          response.headers.get('content-type'),
          response.headers.get('content-length'),
        ];
        expect(said).toEqual([path, 404, 'text/plain; charset=utf-8', '10']);
        expect(await response.text()).toBe(method === 'HEAD' ? '' : 'not found\n');
      }
    },
  );

  test('3: index files carry max-age and an ETag; packages never change', async () => {
    const { url } = await serveSample(make);
    for (const key of sample.keys().filter((at) => at.includes('repodata'))) {
      const { headers } = await fetch(`${url}/${key}`, { method: 'HEAD' });
      expect(headers.get('cache-control')).toBe('public, max-age=60');
      expect(headers.get('etag')).toMatch(/^"[\x21\x23-\x7e]+"$/);
    }
    const { headers } = await fetch(`${url}/${alpha}`, { method: 'HEAD' });
    expect(headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
  });

  test('4: shards are served where there are some: the index for a minute, a shard for ever', async () => {
    const { url, store } = await serveSample(make);
    const shard = `conda/noarch/${'a1'.repeat(32)}.msgpack.zst`;
    await fill(
      store,
      ['conda/noarch/repodata_shards.msgpack.zst', shard].map((key) => [key, Buffer.from(key)]),
    );
    const served = await Promise.all(
      ['conda/noarch/repodata_shards.msgpack.zst', shard].map((key) => fetch(`${url}/${key}`)),
    );
    const caching = served.map(({ headers }) => headers.get('cache-control'));
    expect(caching).toEqual(['public, max-age=60', 'public, max-age=31536000, immutable']);
  });

  test.each(['gzip, deflate', 'gzip, deflate, br, zstd', 'zstd', 'identity;q=0, gzip', '*'])(
    '5: Accept-Encoding %s changes no byte and brings no Content-Encoding',
    async (encoding) => {
      const { url } = await serveSample(make);
      for (const [key, bytes] of sample.entries().filter(([at]) => at.startsWith('conda/'))) {
        const response = await fetch(`${url}/${key}`, { headers: { 'accept-encoding': encoding } });
        expect(response.headers.get('content-encoding')).toBeNull();
        expect(response.headers.get('content-length')).toBe(String(bytes.length));
        expect(await bytesOf(response)).toEqual(bytes);
      }
    },
  );

  test('8: the zst is the json, byte for byte', async () => {
    const { url } = await serveSample(make);
    const [json, zst] = await Promise.all(
      ['', '.zst'].map((form) => fetch(`${url}/conda/linux-64/repodata.json${form}`)),
    );
    expect(zstdDecompressSync(await bytesOf(zst ?? Response.error()))).toEqual(await bytesOf(json ?? Response.error()));
  });

  test('9: each representation has its own strong ETag, on 200, 206, 304 and HEAD, and another when its bytes change', async () => {
    const { url, store } = await serveSample(make);
    const at = `${url}/conda/noarch/repodata.json`;
    const tags = await Promise.all(
      sample
        .keys()
        .filter((key) => key.startsWith('conda/'))
        .map(async (key) => (await fetch(`${url}/${key}`)).headers.get('etag')),
    );
    expect(new Set(tags).size).toBe(tags.length);
    const etag = (await fetch(at)).headers.get('etag') ?? '';
    const again = await Promise.all([
      fetch(at, { method: 'HEAD' }),
      fetch(at, { headers: { range: 'bytes=0-0' } }),
      fetch(at, { headers: { 'if-none-match': etag } }),
    ]);
    expect(again.map(({ status, headers }) => [status, headers.get('etag')])).toEqual(
      [200, 206, 304].map((status) => [status, etag]),
    );
    await fill(store, [['conda/noarch/repodata.json', Buffer.from('{}')]]);
    const changed = await fetch(at, { headers: { 'if-none-match': etag } });
    expect([changed.status, changed.headers.get('etag') === etag]).toEqual([200, false]);
  });

  test('10: HEAD says what GET would, without a body', async () => {
    const { url } = await serveSample(make);
    for (const key of ['conda/linux-64/repodata.json.zst', alpha]) {
      const [head, get] = await Promise.all(['HEAD', 'GET'].map((method) => fetch(`${url}/${key}`, { method })));
      const fields = (response: Response | undefined) =>
        [...(response?.headers ?? [])].filter(([name]) => !['date', 'connection', 'keep-alive'].includes(name));
      expect(fields(head)).toEqual(fields(get));
      expect([head?.status, await head?.text()]).toEqual([200, '']);
    }
  });

  test('10: Range bytes=N- without If-Range resumes a package, as conda does', async () => {
    const { url } = await serveSample(make);
    const whole = fileOf(alpha);
    const part = await fetch(`${url}/${alpha}`, { headers: { range: 'bytes=300001-' } });
    expect(part.status).toBe(206);
    expect(part.headers.get('content-range')).toBe(`bytes 300001-${whole.length - 1}/${whole.length}`);
    expect(await bytesOf(part)).toEqual(whole.subarray(300_001));
    const done = await fetch(`${url}/${alpha}`, { headers: { range: `bytes=${whole.length}-` } });
    expect([done.status, done.headers.get('content-range')]).toEqual([416, `bytes */${whole.length}`]);
  });

  test('11: /t/TOKEN/ leads to the same index files and packages; notices.json is 404 with and without it', async () => {
    const { url } = await serveSample(make);
    for (const [key, bytes] of sample.entries().filter(([at]) => at.startsWith('conda/'))) {
      expect(await bytesOf(await fetch(`${url}/t/gh-0aZ9/${key}`))).toEqual(bytes);
    }
    const notices = await Promise.all(['', '/t/gh-0aZ9'].map((prefix) => fetch(`${url}${prefix}/conda/notices.json`)));
    expect(notices.map(({ status }) => status)).toEqual([404, 404]);
  });

  test('12: nothing of the channel is a redirect', async () => {
    const { url } = await serveSample(make);
    for (const path of [...sample.keys(), 'conda', 'conda/noarch', 't/x']) {
      const { status } = await fetch(`${url}/${path}`, { redirect: 'manual' });
      expect([200, 404]).toContain(status);
    }
  });

  test('every request of the route table is answered as the table says, and nothing private ever', async () => {
    const store = await make();
    const keys = new Set(
      routeTable.flatMap(({ to }) => (typeof to === 'string' && !to.startsWith('301 ') ? [to] : [])),
    );
    await fill(
      store,
      [...keys].map((key) => [key, Buffer.from(key)]),
    );
    await fill(store, [['_gatehouse/plans/x.json', Buffer.from('private')]]);
    const url = await serveForTest({ store });
    for (const row of routeTable) {
      const response = await exchange(url, rawRequest({ target: row.uri, ...row }));
      const { status, body } = parseResponse(response);
      expect(body).not.toContain('private');
      const location = /\r\nLocation: (.*)\r\n/.exec(response)?.[1];
      const led = location === undefined ? status : `${status} ${location}`;
      expect([row.uri, status === 200 ? body : led]).toEqual([row.uri, expectedOf(row, status)]);
    }
  });
});

/** The key stands for its bytes; the parser of HTTP itself may refuse with 400 what the table does not know. */
function expectedOf({ to, method }: RouteRow, status: number): string | number {
  if (typeof to === 'string') return method === 'HEAD' && status === 200 ? '' : to;
  return status === 400 || status === 414 ? status : to;
}
