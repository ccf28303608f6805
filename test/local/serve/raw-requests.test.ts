import { once } from 'node:events';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { usualLimits } from '../../../local/serve/limits.ts';
import { openSocket, rawRequest } from '../../support/served/raw-http.ts';
import { fill } from '../../support/served/sample-channel.ts';
import { at } from '../../support/served/serve-one.ts';
import { serveForTest } from '../../support/served/served-stores.ts';
import { memoryStore } from '../../twins/store-memory.ts';

const bytes = fc.string({
  unit: fc.integer({ min: 0, max: 255 }).map((code) => String.fromCharCode(code)),
  maxLength: 40,
});
const target = fc.oneof(fc.constantFrom(`/${at}`, '/', '*', '/healthz', 'x:443', `http://x/${at}`), bytes);
const line = fc
  .tuple(
    fc.oneof(fc.constantFrom('GET', 'HEAD', 'POST', 'CONNECT', 'TRACE', 'OPTIONS', 'PRI', 'get', ''), bytes),
    target,
    fc.constantFrom('HTTP/1.1', 'HTTP/1.0', 'HTTP/0.9', 'HTTP/2.0', 'HTTP/1.1 ', ''),
  )
  .map((parts) => parts.join(' '));
const header = fc.oneof(
  fc.constantFrom(
    'Host: x',
    'Connection: keep-alive',
    'Connection: close',
    'Connection: upgrade',
    'Upgrade: websocket',
    'Content-Length: 3',
    'Content-Length: 99999999999999999999',
    'Content-Length: -1',
    'Transfer-Encoding: chunked',
    'Transfer-Encoding: gzip, chunked',
    'Expect: 100-continue',
    'Expect: x',
    'Range: bytes=1-',
    'If-None-Match: *',
    ' folded',
    'Trailer: Host',
  ),
  fc.tuple(bytes, bytes).map(([name, value]) => `${name}: ${value}`),
);
const end = fc.constantFrom('\r\n', '\n', '\r', '\r\r\n');
const body = fc.oneof(
  fc.constantFrom('', 'abc', '3\r\nabc\r\n0\r\n\r\n', '0\r\nHost: y\r\n\r\n', 'ffffffffff\r\n', '-1\r\n'),
  bytes,
);
const message = fc
  .tuple(line, fc.array(header, { maxLength: 5 }), fc.oneof({ weight: 5, arbitrary: fc.constant('\r\n') }, end), body)
  .map(([first, headers, newline, rest]) => [first, ...headers, '', ''].join(newline) + rest);
const sound = fc.constant(rawRequest({ target: `/${at}`, headers: { Connection: 'keep-alive' } }));
const conversation = fc.array(fc.oneof(message, sound), { minLength: 1, maxLength: 4 });

/** Sends what is given in pieces, and gives what came back until the server or the test had enough. */
async function converse(url: string, pieces: readonly string[]): Promise<string> {
  const socket = openSocket(url).on('error', () => undefined);
  let said = '';
  socket.on('data', (text) => {
    said += text;
  });
  const closed = new Promise((resolve) => socket.once('close', resolve));
  for (const piece of pieces) {
    socket.write(piece, 'latin1');
    await Promise.race([
      once(socket, 'data').catch(() => undefined),
      closed,
      new Promise((done) => setTimeout(done, 5)),
    ]);
  }
  socket.end();
  await closed;
  return said;
}

/** What is left of a run of responses when each whole one is taken away; the last may be cut by the connection's end. */
function afterResponses(text: string): string {
  for (let rest = text; ; ) {
    const head = /^HTTP\/1\.1 [1-5]\d\d [A-Za-z ]+\r\n(?:[\w-]+: [\x20-\x7e]*\r\n)*\r\n/.exec(rest)?.[0];
    if (head === undefined) return rest;
    rest = rest.slice(head.length);
    const length = Number(/\r\nContent-Length: (\d+)\r\n/i.exec(head)?.[1] ?? 0);
    // An answer to HEAD promises a length and has no body.
    if (!rest.startsWith('HTTP/1.1 ')) rest = rest.slice(length);
  }
}

test('whatever is said to the server, it answers with HTTP or hangs up, and serves the next', async () => {
  const store = memoryStore();
  await fill(store, [[at, Buffer.from('{}')]]);
  const url = await serveForTest({ store, limits: { ...usualLimits, headMs: 500, idleMs: 500 } });
  await fc.assert(
    fc.asyncProperty(conversation, async (pieces) => {
      expect(afterResponses(await converse(url, pieces))).toBe('');
      expect((await fetch(`${url}/${at}`)).status).toBe(200);
    }),
    { numRuns: 300 },
  );
});
