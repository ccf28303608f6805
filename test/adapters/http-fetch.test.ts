import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { httpFetch } from '../../adapters/http-fetch.ts';
import type { FetchResponse } from '../../core/ports/fetch.ts';
import { fetchWithRetry } from '../../core/upstream/fetch-with-retry.ts';
import { readBounded, unzstd } from '../../core/upstream/read-body.ts';
import { fetch, get, text } from '../support/upstream/http-get.ts';
import { head, says } from '../support/upstream/listen.ts';
import { testUpstream } from '../support/upstream/test-upstream.ts';
import { upstreamWorld } from '../support/upstream/upstream-world.ts';

describe('httpFetch', () => {
  it('gives the bytes, the headers and where they came from; says who asks; asks for no encoding', async () => {
    const asked: IncomingMessage['headers'][] = [];
    await using upstream = await testUpstream((response, request) => {
      asked.push(request.headers);
      response.writeHead(200, { etag: '"x"', 'x-twice': ['a', 'b'] }).end('bytes');
    });
    const response = await httpFetch()(`${upstream.url}/a?b=c`, {
      'if-none-match': '"y"',
    });
    expect([response.status, response.url, await text(response)]).toEqual([200, `${upstream.url}/a?b=c`, 'bytes']);
    expect([response.header('etag'), response.header('x-twice'), response.header('nope')]).toEqual([
      '"x"',
      'a, b',
      null,
    ]);
    expect(asked).toMatchObject([
      {
        'user-agent': expect.stringMatching(/^gatehouse\/\d+\.\d+\.\d+ \(a curated conda channel\)$/),
        'accept-encoding': 'identity',
        'if-none-match': '"y"',
      },
    ]);
    expect(upstream.requests).toEqual(['/a?b=c']);
  });

  it('sends the credentials that a URL carries, and shows them to nobody', async () => {
    await using upstream = await testUpstream((response, request) => {
      response.writeHead(200).write(`${request.headers.authorization}`, () => response.destroy());
    });
    const url = upstream.url.replace('//', '//me:hunter2@');
    const refusal = await text(await get(url)).catch((error: unknown) => error);
    expect(refusal).toMatchObject({ code: 'upstream.body', retry: true });
    expect(String(refusal)).not.toContain('hunter2');
    await using other = await says(`${head('content-length: 2')}ok`);
    expect(await text(await get(other.url))).toBe('ok');
  });

  it('reads a body of many slices, chunked or not, over a connection it keeps', async () => {
    const body = Buffer.alloc(3_000_000, 'abc');
    let connections = 0;
    const server = createServer((request, response) => {
      if (request.url === '/sized') response.writeHead(200, { 'content-length': body.length });
      response.end(body);
    });
    server.on('connection', () => connections++);
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    const url = `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`;
    for (const path of ['/sized', '/chunked', '/sized'])
      expect((await text(await get(url + path))).length).toBe(body.length);
    expect(connections).toBe(1);
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  });

  const encoded =
    (encoding: string, bytes: Uint8Array, status = 200) =>
    (response: ServerResponse) =>
      response.writeHead(status, { 'content-encoding': encoding }).end(bytes);

  it.each(['gzip', 'x-gzip', 'GZip', 'identity', ''])(
    'gives the bytes without a Content-Encoding of %j',
    async (name) => {
      const plain = Buffer.alloc(1_000_000, 'bytes');
      const isPlain = ['identity', ''].includes(name);
      await using upstream = await testUpstream(encoded(name, isPlain ? plain : gzipSync(plain)));
      expect(await text(await get(upstream.url))).toBe(plain.toString());
    },
  );

  it.each(['br', 'deflate', 'zstd', 'gzip, gzip', 'nonsense'])(
    'refuses the Content-Encoding %s by name',
    async (name) => {
      await using upstream = await testUpstream(
        encoded(name, gzipSync('bytes')),
        encoded(name, gzipSync('bytes'), 404),
      );
      await expect(get(upstream.url)).rejects.toMatchObject({
        code: 'upstream.body',
        retry: false,
        message: expect.stringContaining(name),
        hint: expect.stringContaining('as they are stored'),
      });
      expect((await get(upstream.url)).status).toBe(404);
    },
  );

  it('says of a gzip that is none, is cut or is damaged that it is, and takes only the cut one for a passing trouble', async () => {
    const whole = gzipSync(Buffer.alloc(100_000, 'abcdefg'));
    const damaged = Buffer.from(whole).fill(0x55, 60, 90);
    await using upstream = await testUpstream(
      encoded('gzip', Buffer.from('{}')),
      encoded('gzip', whole.subarray(0, -20)),
      encoded('gzip', damaged),
    );
    const refusal = async () => text(await get(upstream.url)).catch((error: unknown) => error);
    expect(await refusal()).toMatchObject({ code: 'upstream.body', retry: false });
    expect(await refusal()).toMatchObject({ code: 'upstream.body', retry: true });
    expect(await refusal()).toMatchObject({ code: 'upstream.body', retry: false });
  });

  it('decodes no more of a gzip than its reader takes, and ends the transfer', async () => {
    const bomb = gzipSync(Buffer.alloc(64 * 1024 ** 2));
    await using upstream = await testUpstream(encoded('gzip', bomb));
    let read = 0;
    for await (const bytes of (await get(upstream.url)).body) {
      read += bytes.length;
      if (read > 1_000_000) break;
    }
    expect(read).toBeLessThan(2_000_000);
    await expect(readBounded((await get(upstream.url)).body, 1e6, 'it')).rejects.toMatchObject({
      code: 'upstream.too-large',
    });
  });
});

describe('redirects', () => {
  const to =
    (location: string, status = 302) =>
    (response: ServerResponse) =>
      response.writeHead(status, { location }).end('moved');

  it.each([301, 302, 303, 307, 308])(
    'are followed for status %d, to where the body then comes from',
    async (status) => {
      await using upstream = await testUpstream(to('../b/./c', status), (response) => response.end('there'));
      const response = await get(`${upstream.url}/a/x`);
      expect([response.url, await text(response)]).toEqual([`${upstream.url}/b/c`, 'there']);
    },
  );

  it('are followed five times and no more', async () => {
    const hop = to('/again');
    await using five = await testUpstream(hop, hop, hop, hop, hop, (response) => response.end('there'));
    expect(await text(await get(five.url))).toBe('there');
    await using loop = await testUpstream(hop);
    await expect(get(loop.url)).rejects.toMatchObject({ code: 'upstream.unreachable', retry: false });
    expect(loop.requests).toHaveLength(6);
  });

  it.each(['file:///etc/hostname', 'ftp://example.org/', 'data:,x', 'http://['])(
    'to %j are refused',
    async (location) => {
      await using upstream = await testUpstream(to(location));
      await expect(get(upstream.url)).rejects.toMatchObject({
        code: 'upstream.unreachable',
        retry: false,
        message: expect.stringContaining(`redirects to ${location}`),
      });
    },
  );

  it('without a Location are the answer itself', async () => {
    await using upstream = await testUpstream((response) => response.writeHead(302).end());
    expect((await get(upstream.url)).status).toBe(302);
  });
});

describe('httpFetch with retries', () => {
  const read = async (response: FetchResponse) => text(response);
  const status =
    (code: number, headers = {}) =>
    (response: ServerResponse) =>
      response.writeHead(code, headers).end('busy');
  const cut = (response: ServerResponse) => {
    response.writeHead(200, { 'content-length': 10 });
    response.write('half', () => response.destroy());
  };

  it('succeeds when the server answers 503 five times, or cuts the body, or asks to wait', async () => {
    const fine = (response: ServerResponse) => response.end('bytes');
    const world = upstreamWorld(fetch);
    const busy = status(503);
    await using upstream = await testUpstream(busy, busy, busy, busy, busy, fine);
    expect(await fetchWithRetry({ url: upstream.url }, world, read)).toBe('bytes');
    await using cutting = await testUpstream(
      cut,
      (response) => response.destroy(),
      status(429, { 'retry-after': '42' }),
      fine,
    );
    expect(await fetchWithRetry({ url: cutting.url }, world, read)).toBe('bytes');
    expect(world.waits.slice(-3)).toEqual([1000, 2000, 42_000]);
  });

  it('tells a zstd body that ends too soon from one that is cut', async () => {
    const whole = zstdCompressSync(Buffer.alloc(100_000, 'abcdefg'));
    await using upstream = await testUpstream((response) => response.end(whole.subarray(0, -10)));
    const decode = async ({ body }: FetchResponse) => (await readBounded(unzstd(body, 'the index'), 1e6, 'it')).length;
    const refusal = fetchWithRetry({ url: upstream.url }, upstreamWorld(fetch), decode);
    await expect(refusal).rejects.toThrow('the index ends before its zstd stream does');
    await using cutting = await testUpstream((response) => {
      response.writeHead(200, { 'content-length': whole.length });
      response.write(whole.subarray(0, 10), () => response.destroy());
    });
    await expect(fetchWithRetry({ url: cutting.url }, upstreamWorld(fetch), decode)).rejects.toThrow(/was cut/);
  });
});
