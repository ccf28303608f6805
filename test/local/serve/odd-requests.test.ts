import { setImmediate } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { exchange, openSocket, parseResponse, rawRequest } from '../../support/served/raw-http.ts';
import { fill } from '../../support/served/sample-channel.ts';
import { at, serveOne } from '../../support/served/serve-one.ts';
import { serveForTest } from '../../support/served/served-stores.ts';
import { memoryStore } from '../../twins/store-memory.ts';

const manyHeaders = (count: number) =>
  Object.fromEntries(Array.from({ length: count }, (_, i) => [`A${i.toString(36)}`, '']));

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
    ['two hosts', `GET /${at} HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n`, 400],
    ['one host twice', `GET /${at} HTTP/1.1\r\nHost: a\r\nhOST: a\r\n\r\n`, 400],
    ['two hosts in HTTP/1.0', `GET /${at} HTTP/1.0\r\nHost: a\r\nHost: b\r\n\r\n`, 400],
    ['two hosts beside the absolute form', `GET http://a/${at} HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n`, 400],
    ['two hosts in one header', rawRequest({ target: `/${at}`, headers: { Host: 'a, b' } }), 400],
    ['a host with a path', rawRequest({ target: `/${at}`, headers: { Host: 'a/b' } }), 400],
    ['an empty host', rawRequest({ target: `/${at}`, headers: { Host: '' } }), 200],
    ['an IPv6 host with a port', rawRequest({ target: `/${at}`, headers: { Host: '[::1]:8080' } }), 200],
    ['HTTP/1.1 and nothing else', 'GET / HTTP/1.1\r\n\r\n', 400],
    ['CONNECT', 'CONNECT x:443 HTTP/1.1\r\nHost: x:443\r\n\r\n', 405],
    ['CONNECT with more after it', 'CONNECT x:443 HTTP/1.1\r\nHost: x:443\r\n\r\n\x16\x03\x01', 405],
    ['TRACE', rawRequest({ method: 'TRACE', target: `/${at}` }), 405],
    ['OPTIONS', rawRequest({ method: 'OPTIONS', target: `/${at}` }), 405],
    [
      'Upgrade: it is not taken',
      rawRequest({ target: `/${at}`, headers: { Connection: 'upgrade, close', Upgrade: 'h2c' } }),
      200,
    ],
    ['100 headers', rawRequest({ target: `/${at}`, headers: manyHeaders(98) }), 200],
    ['101 headers', rawRequest({ target: `/${at}`, headers: manyHeaders(99) }), 431],
    ['4,000 headers', rawRequest({ target: `/${at}`, headers: manyHeaders(4000) }), 431],
    [
      'a second length',
      rawRequest({ target: `/${at}`, headers: { 'Content-Length': '1', 'content-length': '2' } }),
      400,
    ],
    [
      'a length beside chunks',
      rawRequest({ target: `/${at}`, headers: { 'Content-Length': '1', 'Transfer-Encoding': 'chunked' } }),
      400,
    ],
    ['a folded header', `GET /${at} HTTP/1.1\r\nHost: x\r\nA: b\r\n c\r\nConnection: close\r\n\r\n`, 400],
    ['an unknown method', 'BREW / HTTP/1.1\r\nHost: x\r\n\r\n', 400],
    ['HTTP/2 by prior knowledge', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', 400],
    ['an expectation that nobody knows', rawRequest({ target: `/${at}`, headers: { Expect: 'miracles' } }), 200],
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

  test('nobody is told to go on with a body', async () => {
    for (const method of ['PUT', 'GET']) {
      const headers = { Expect: '100-continue', 'Content-Length': '100000' };
      const { response } = await send(rawRequest({ method, target: `/${at}`, headers }));
      expect(response).toMatch(method === 'GET' ? /^HTTP\/1\.1 200 / : /^HTTP\/1\.1 405 /);
    }
  });

  test('what was no request is in the log by its status; a connection that said nothing is not', async () => {
    const { url, seen } = await serveOne(Buffer.from('{}'));
    openSocket(url).end();
    for (const request of ['garbage\r\n\r\n', 'CONNECT x:1 HTTP/1.1\r\nHost: x\r\n\r\n']) await exchange(url, request);
    expect(seen.map(({ method, path, status }) => [method, path, status])).toEqual([
      ['-', '-', 400],
      ['CONNECT', '-', 405],
    ]);
  });

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
