import { once } from 'node:events';
import { mkdir, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createTcpServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { httpFetch } from '../../adapters/http-fetch.ts';
import type { FetchResponse } from '../../core/ports/fetch.ts';
import { fetchWithRetry } from '../../core/upstream/fetch-with-retry.ts';
import { readBounded } from '../../core/upstream/read-bounded.ts';
import { unzstd } from '../../core/upstream/unzstd.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { testUpstream } from '../support/test-upstream.ts';
import { upstreamWorld } from '../support/upstream-world.ts';

const fetch = httpFetch();
const hasty = httpFetch({ headMs: 30, pace: { windowMs: 30, bytes: 1000 } });
const get = (url: string, headers: Readonly<Record<string, string>> = {}) => fetch(url, headers);
const text = async ({ body }: FetchResponse) => Buffer.from(await readBounded(body, 1e8, 'it')).toString();

interface Listening extends AsyncDisposable {
  readonly url: string;
  /** Resolves when every connection that was made is closed. */
  closed(): Promise<unknown>;
}

/** A server that speaks bytes, so that it can say what no HTTP library would. */
async function listen(onData: (socket: Socket, data: string) => void): Promise<Listening> {
  const closings: Promise<unknown>[] = [];
  const sockets: Socket[] = [];
  const server = createTcpServer((socket) => {
    closings.push(new Promise((resolve) => socket.once('close', resolve)));
    sockets.push(socket);
    socket.on('error', () => {});
    socket.on('data', (data) => onData(socket, data.toString('latin1')));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return {
    url: `http://127.0.0.1:${address.port}/file`,
    closed: () => Promise.all(closings),
    [Symbol.asyncDispose]: async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

const says = (answer: string) => listen((socket) => void socket.end(answer));
const head = (headers: string) => `HTTP/1.1 200 OK\r\n${headers}\r\n\r\n`;

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

  it.each([
    ['cut before its length', `${head('content-length: 10')}short`],
    ['cut in a chunk', `${head('transfer-encoding: chunked')}5\r\nshort\r\n8\r\nsho`],
    ['without its last chunk', `${head('transfer-encoding: chunked')}5\r\nshort\r\n`],
    ['of broken chunks', `${head('transfer-encoding: chunked')}5\r\nshort\r\nzz\r\n`],
  ])('rejects a body %s', async (_, answer) => {
    await using server = await says(answer);
    await expect(text(await get(server.url))).rejects.toMatchObject({ code: 'upstream.body', retry: true });
    await server.closed();
  });

  it('takes no byte behind the length that was said', async () => {
    await using server = await says(`${head('content-length: 5')}bytes and more`);
    expect(await text(await get(server.url))).toBe('bytes');
    await server.closed();
  });

  it.each([
    ['hangs up', (socket: Socket) => socket.destroy()],
    ['does not speak HTTP', (socket: Socket) => socket.end('SSH-2.0\r\n')],
    ['says two lengths', (socket: Socket) => socket.end(head('content-length: 1\r\ncontent-length: 2'))],
    [
      'says a length and chunks',
      (socket: Socket) => socket.end(head('content-length: 1\r\ntransfer-encoding: chunked')),
    ],
    ['says nothing', () => {}],
  ])('rejects when the server %s', async (_, onRequest) => {
    await using server = await listen((socket) => void onRequest(socket));
    await expect(hasty(server.url, {})).rejects.toMatchObject({ code: 'upstream.unreachable', retry: true });
    await server.closed();
  });

  it('rejects when nobody listens', async () => {
    const server = await says('');
    await server[Symbol.asyncDispose]();
    await expect(get(server.url)).rejects.toMatchObject({ code: 'upstream.unreachable', retry: true });
  });

  it('gives up a body that stops, and one that trickles, and ends the transfer', async () => {
    await using stopping = await listen(
      (socket) => void socket.write(`${head('content-length: 9000')}${'x'.repeat(2000)}`),
    );
    await expect(text(await hasty(stopping.url, {}))).rejects.toMatchObject({ code: 'upstream.stalled', retry: true });
    await stopping.closed();
    await using trickling = await listen((socket) => {
      socket.write(head('content-length: 9000'));
      const timer = setInterval(() => socket.write('x'), 1);
      socket.once('close', () => clearInterval(timer));
    });
    await expect(text(await hasty(trickling.url, {}))).rejects.toMatchObject({ code: 'upstream.stalled', retry: true });
    await trickling.closed();
  });

  it('does not take a slow reader for a slow server', async () => {
    await using upstream = await testUpstream((response) => response.end(Buffer.alloc(400_000)));
    let read = 0;
    for await (const bytes of (await hasty(upstream.url, {})).body) {
      const started = performance.now();
      while (read === 0 && performance.now() - started < 50);
      read += bytes.length;
    }
    expect(read).toBe(400_000);
  });

  it('ends the transfer when the reader stops early, and when there is no body to read', async () => {
    await using server = await listen((socket, data) => {
      socket.write(data.startsWith('GET /file') ? `${head('content-length: 99999999')}${'x'.repeat(100_000)}` : '');
    });
    for await (const bytes of (await get(server.url)).body) {
      expect(bytes.length).toBeGreaterThan(0);
      break;
    }
    await server.closed();
    await using failing = await listen(
      (socket) => void socket.write('HTTP/1.1 503 Busy\r\ncontent-length: 99999999\r\n\r\nx'),
    );
    const response = await get(failing.url);
    expect([response.status, await text(response)]).toEqual([503, '']);
    await failing.closed();
  });

  it('refuses a Content-Encoding it did not ask for, and does not mind it on an error page', async () => {
    const gzip = (status: number) => (response: ServerResponse) =>
      response.writeHead(status, { 'content-encoding': 'gzip' }).end(gzipSync('bytes'));
    await using upstream = await testUpstream(gzip(200), gzip(404));
    await expect(get(upstream.url)).rejects.toMatchObject({
      code: 'upstream.body',
      retry: false,
      message: expect.stringContaining('gzip'),
    });
    expect((await get(upstream.url)).status).toBe(404);
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

describe('file: URLs', () => {
  it('are read, with an ETag that holds until the file changes', async () => {
    await using folder = await temporaryFolder();
    const path = join(folder.path, 'a+b c é.json');
    await writeFile(path, 'bytes');
    const url = pathToFileURL(path).href;
    const response = await get(url);
    const etag = response.header('etag') ?? '';
    expect([response.status, response.url, response.header('content-length'), await text(response)]).toEqual([
      200,
      url,
      '5',
      'bytes',
    ]);
    const same = await get(url, { 'if-none-match': etag });
    expect([same.status, same.header('etag'), await text(same)]).toEqual([304, etag, '']);
    await writeFile(`${path}.new`, 'other');
    await rename(`${path}.new`, path);
    expect(await text(await get(url, { 'if-none-match': etag }))).toBe('other');
    expect(await text(await get(url))).toBe('other');
  });

  it('of what is not a regular file are 404', async () => {
    await using folder = await temporaryFolder();
    await mkdir(join(folder.path, 'noarch'));
    await writeFile(join(folder.path, 'file'), '');
    await symlink(join(folder.path, 'nowhere'), join(folder.path, 'dangling'));
    for (const name of ['noarch', 'none', 'dangling', 'file/below']) {
      const response = await get(pathToFileURL(join(folder.path, name)).href);
      expect([response.status, response.header('etag'), await text(response)]).toEqual([404, null, '']);
    }
    expect(await text(await get(pathToFileURL(join(folder.path, 'file')).href))).toBe('');
  });

  it('of a file that is replaced or gone by the time it is read are rejected', async () => {
    await using folder = await temporaryFolder();
    const path = join(folder.path, 'file');
    await writeFile(path, 'bytes');
    const [first, second] = [await get(pathToFileURL(path).href), await get(pathToFileURL(path).href)];
    await writeFile(path, 'longer than before');
    await expect(text(first)).rejects.toMatchObject({ code: 'upstream.body', retry: true });
    await rm(path);
    await expect(text(second)).rejects.toMatchObject({ code: 'upstream.body', retry: true });
  });

  it.each(['file://elsewhere/etc/hostname', 'file:///a%2Fb', 'ftp://example.org/', 'conda-forge', ''])(
    'such as %j are refused',
    async (url) => {
      await expect(get(url)).rejects.toMatchObject({ code: 'upstream.unreachable', retry: false });
    },
  );
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
    await expect(refusal).rejects.toThrow('the index ends before its zstd frame does');
    await using cutting = await testUpstream((response) => {
      response.writeHead(200, { 'content-length': whole.length });
      response.write(whole.subarray(0, 10), () => response.destroy());
    });
    await expect(fetchWithRetry({ url: cutting.url }, upstreamWorld(fetch), decode)).rejects.toThrow(/was cut/);
  });
});
