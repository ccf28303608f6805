import type { Socket } from 'node:net';
import { describe, expect, it } from 'vitest';
import { get, hasty, text } from '../support/upstream/http-get.ts';
import { head, listen, says } from '../support/upstream/listen.ts';
import { testUpstream } from '../support/upstream/test-upstream.ts';

describe('httpFetch', () => {
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
});
