import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type FolderServer, type Intercept, serveFolder } from '../../../local/sample/serve-folder.ts';

let root: string;
let server: FolderServer;
let intercept: Intercept;

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'gatehouse-'));
  await mkdir(join(root, 'public'));
  await writeFile(join(root, 'public', 'a b.json'), '{"a":1}');
  await writeFile(join(root, 'secret'), 'secret');
  intercept = (_request, _response, next) => next();
  server = await serveFolder(join(root, 'public'), { intercept: (...args) => intercept(...args) });
});
afterEach(async () => {
  await server.close();
  await rm(root, { recursive: true });
});

test('GET, HEAD and If-None-Match', async () => {
  const url = `${server.url}/a%20b.json?query`;
  const got = await fetch(url);
  const etag = got.headers.get('etag') ?? '';
  expect([got.status, await got.text()]).toEqual([200, '{"a":1}']);
  expect(etag).toMatch(/^"[^"]+"$/);
  const head = await fetch(url, { method: 'HEAD' });
  expect([head.status, head.headers.get('content-length'), await head.text()]).toEqual([200, '7', '']);
  expect((await fetch(url, { headers: { 'if-none-match': etag } })).status).toBe(304);
  await writeFile(join(root, 'public', 'a b.json'), '{"a":22}');
  const changed = await fetch(url, { headers: { 'if-none-match': etag } });
  expect([changed.status, await changed.text()]).toEqual([200, '{"a":22}']);
  expect(server.requests).toEqual(['GET', 'HEAD', 'GET', 'GET'].map((method) => `${method} /a%20b.json?query`));
});

test('what is not there is 404, a folder is not there, and other methods are 405', async () => {
  expect((await fetch(`${server.url}/b.json`)).status).toBe(404);
  expect((await fetch(`${server.url}/`)).status).toBe(404);
  expect((await fetch(`${server.url}/a%20b.json`, { method: 'DELETE' })).status).toBe(405);
});

test.each(['/../secret', '/%2e%2e/secret', '/..%2fsecret', '//../secret', '/%00', '/%'])('%s is 404', async (path) => {
  const status = await new Promise((done) => {
    // fetch would resolve the dots before sending.
    const { port } = new URL(server.url);
    request({ port, path, host: '127.0.0.1' }, (response) => done(response.resume().statusCode)).end();
  });
  expect(status).toBe(404);
});

test('a test can answer instead, or break the answer', async () => {
  intercept = (_request, response) => response.writeHead(503, { 'retry-after': '1' }).end();
  expect((await fetch(`${server.url}/a%20b.json`)).status).toBe(503);
  intercept = (_request, response) => response.destroy();
  await expect(fetch(`${server.url}/a%20b.json`)).rejects.toThrow();
});

test('closing ends connections that are still open', async () => {
  intercept = (_request, response) => response.writeHead(200, { 'content-length': 10 }).write('half');
  const half = await fetch(`${server.url}/a%20b.json`);
  await server.close();
  await expect(half.text()).rejects.toThrow();
});
