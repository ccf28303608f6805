import { createServer, type RequestListener } from 'node:http';
import { expect, it, onTestFinished } from 'vitest';
import { httpFetch } from '../../../../adapters/http-fetch.ts';
import { openLastModified } from '../../../../core/solve/standing/last-modified.ts';

const date = 'Wed, 01 Jun 2022 10:00:00 GMT';
const modified = Date.parse(date);

async function served(answer: RequestListener) {
  const server = createServer(answer);
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  onTestFinished(() => void server.close().closeAllConnections());
  const address = server.address();
  const port = typeof address === 'object' ? address?.port : 0;
  const clock = { now: () => 0, random: () => 0, sleep: async () => {} };
  const lastModified = openLastModified({ fetch: httpFetch({}), clock, log: () => {} });
  const url = `http://127.0.0.1:${port}/x`;
  return () => lastModified({ url, from: url });
}

it('is asked by one byte', async () => {
  let range: string | undefined;
  const ask = await served((request, response) => {
    range = request.headers.range;
    response.writeHead(206, { 'last-modified': date, 'content-range': 'bytes 0-0/9' }).end('x');
  });
  expect(await ask()).toBe(modified);
  expect(range).toBe('bytes=0-0');
});

it('is had of a server that gives no parts, without the file: it is stopped at once', async () => {
  let sent = 0;
  const ended = Promise.withResolvers<void>();
  const ask = await served((_, response) => {
    response.writeHead(200, { 'last-modified': date, 'content-length': 2 ** 30 });
    const more = () => {
      while (!response.destroyed && response.write(Buffer.alloc(2 ** 16))) sent += 2 ** 16;
    };
    response.on('drain', more).on('close', () => ended.resolve());
    more();
  });
  expect(await ask()).toBe(modified);
  await ended.promise;
  // What fits into the buffers of both ends, of a file of a gibibyte.
  expect(sent).toBeLessThan(16 * 2 ** 20);
});

it.each([
  ['none that says no date', 200, {}],
  ['none whose date is no date', 206, { 'last-modified': 'yesterday' }],
  ['none that refuses', 403, { 'last-modified': date }],
  ['none of an empty file', 416, {}],
  ['none that is not there', 404, {}],
])('is %s', async (_, status, headers) => {
  const ask = await served((__, response) => void response.writeHead(status, headers).end('x'));
  expect(await ask()).toBeNull();
});

it('is an error while the server is in trouble: that says nothing of the file', async () => {
  const ask = await served((_, response) => void response.writeHead(503).end());
  await expect(ask()).rejects.toMatchObject({ code: 'upstream.status', retry: true });
});
