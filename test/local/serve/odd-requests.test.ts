import { setImmediate } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { exchange, parseResponse, rawRequest } from '../../support/served/raw-http.ts';
import { fill } from '../../support/served/sample-channel.ts';
import { at, serveOne } from '../../support/served/serve-one.ts';
import { serveForTest } from '../../support/served/served-stores.ts';
import { memoryStore } from '../../twins/store-memory.ts';

describe('odd requests', () => {
  const send = async (request: string) => {
    const { url, seen } = await serveOne(Buffer.from('{}'));
    const response = await exchange(url, request);
    return { response, ...parseResponse(response), seen };
  };

  test.each([
    ['the absolute form', rawRequest({ target: `http://elsewhere.example:80/${at}` }), 200],
    ['the absolute form without a path', rawRequest({ target: 'http://elsewhere.example' }), 404],
    ['the absolute form that hides a path', rawRequest({ target: 'http://x?/../_gatehouse/x' }), 404],
    ['the asterisk form', rawRequest({ method: 'OPTIONS', target: '*' }), 405],
    ['HTTP/1.0 without a host', `GET /${at} HTTP/1.0\r\n\r\n`, 200],
    ['HTTP/1.1 without a host', `GET /${at} HTTP/1.1\r\n\r\n`, 400],
    ['what is not HTTP', 'hello\r\n\r\n', 400],
    ['a header section of 20 kB', rawRequest({ target: `/${at}`, headers: { X: 'x'.repeat(20_000) } }), 431],
    ['a URL of 20 kB', rawRequest({ target: `/${'x'.repeat(20_000)}` }), 431],
    ['a URL of 9 kB', rawRequest({ target: `/${at}?${'x'.repeat(9000)}` }), 414],
    ['raw bytes beyond ASCII', rawRequest({ target: '/conda/noarch/\xff\xfe.json' }), 400],
  ])('%s', async (_title, request, status) => {
    expect((await send(request)).status).toBe(status);
  });

  test.each(['POST', 'PUT', 'DELETE', 'PATCH', 'PROPFIND'])(
    '%s is 405 with Allow, whatever its body',
    async (method) => {
      const body = 'x'.repeat(100_000);
      const request = rawRequest({ method, target: `/${at}`, headers: { 'Content-Length': String(body.length) } });
      const { status, response } = await send(request + body);
      expect([status, /\r\nAllow: (.*)\r\n/.exec(response)?.[1]]).toEqual([405, 'GET, HEAD']);
    },
  );

  test('every answer says nosniff, and none names a Content-Encoding', async () => {
    for (const target of [`/${at}`, '/missing', '/_gatehouse/x']) {
      const { response } = await send(rawRequest({ target, headers: { 'Accept-Encoding': 'gzip' } }));
      expect(response).toMatch(/\r\nX-Content-Type-Options: nosniff\r\n/);
      expect(response).not.toMatch(/\r\ncontent-encoding:/i);
    }
  });

  test('pipelined requests are answered in order, one at a time', async () => {
    let reading = 0;
    let most = 0;
    const store = memoryStore({
      before: async (operation) => {
        if (operation !== 'read') return;
        most = Math.max(most, ++reading);
        await setImmediate();
        reading--;
      },
    });
    const names = Array.from({ length: 200 }, (_, i) => `conda/noarch/a-${i}-0.conda`);
    await fill(
      store,
      names.map((name) => [name, Buffer.from(`<${name}>`)]),
    );
    const url = await serveForTest({ store });
    const requests = names.map((name, i) =>
      rawRequest({ target: `/${name}`, headers: i < 199 ? { Connection: 'keep-alive' } : {} }),
    );
    const response = await exchange(url, requests.join(''));
    expect([...response.matchAll(/<(.*?)>/g)].map(([, name]) => name)).toEqual(names);
    expect(most).toBe(1);
  });
});

test('the access log has method, path, status and bytes, without query or token', async () => {
  const { url, seen } = await serveOne(Buffer.from('{}'));
  const client = { type: 'serve.request', client: '127.0.0.1', protocol: 'HTTP/1.1', agent: 'node' };
  await fetch(`${url}/t/sec-ret/${at}?q=1`);
  await fetch(`${url}/${at}`, { method: 'HEAD' });
  await fetch(`${url}/_gatehouse/x`);
  await fetch(`${url}/${at}`, { headers: { 'if-none-match': '*' } });
  expect(seen.map(({ ms, ...facts }) => (ms < 10_000 ? facts : null))).toEqual([
    { ...client, method: 'GET', path: `/t/***/${at}`, status: 200, bytes: 2 },
    { ...client, method: 'HEAD', path: `/${at}`, status: 200, bytes: 0 },
    { ...client, method: 'GET', path: '/_gatehouse/x', status: 404, bytes: 10 },
    { ...client, method: 'GET', path: `/${at}`, status: 304, bytes: 0 },
  ]);
});
