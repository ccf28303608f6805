import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { describe, expect, test } from 'vitest';
import { usualLimits } from '../../../local/serve/limits.ts';
import type { ServedRequest } from '../../../local/serve/served-request.ts';
import { exchange, openSocket, parseResponse, rawRequest } from '../../support/served/raw-http.ts';
import { fill } from '../../support/served/sample-channel.ts';
import { at, endlessStore } from '../../support/served/serve-one.ts';
import { serveForTest } from '../../support/served/served-stores.ts';
import { memoryStore } from '../../twins/store-memory.ts';

const store = memoryStore();
await fill(store, [[at, Buffer.from('{}')]]);
const limited = (limits: object) => serveForTest({ store, limits: { ...usualLimits, ...limits } });
const whole = rawRequest({ target: `/${at}`, headers: { Connection: 'keep-alive' } });

describe('limits of one client', () => {
  test.each([
    ['nothing', '', 408],
    ['half a line', 'GET /conda', 408],
    ['half of its headers', `GET /${at} HTTP/1.1\r\nHost: x\r\nX-Slow: `, 408],
    ['an answered request, then half a line', `${whole}GET /`, 200],
  ])('one that sends %s is hung up on in time', async (_title, sent, status) => {
    const told: number[] = [];
    const url = await serveForTest({ store, limits: { headMs: 200 }, log: (access) => void told.push(access.status) });
    const began = performance.now();
    const said = await exchange(url, sent);
    expect(parseResponse(said).status).toBe(status);
    expect(said.match(/HTTP\/1\.1 408 /g)).toHaveLength(1);
    // Browsers open connections ahead and say nothing on them.
    expect(told).toEqual(sent === '' ? [] : [...new Set([status, 408])]);
    expect(performance.now() - began).toBeLessThan(5000);
  });

  test('one that sends half of its body is hung up on in time, though it was answered', async () => {
    const url = await limited({ headMs: 100, requestMs: 200 });
    const said = await exchange(url, `POST /${at} HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nhalf`);
    expect([...said.matchAll(/HTTP\/1\.1 (\d+)/g)].map(([, status]) => status)).toEqual(['405', '408']);
  });

  test('one that keeps an idle connection is hung up on in time', async () => {
    const url = await limited({ idleMs: 100 });
    expect(await exchange(url, whole)).toMatch(/^HTTP\/1\.1 200 [\s\S]*\{\}$/);
  });

  test('one that does not read is hung up on in time, and the log says what it took', async () => {
    const left = Promise.withResolvers<ServedRequest>();
    const url = await serveForTest({ store: endlessStore, log: left.resolve, limits: { stalledMs: 300 } });
    const socket = openSocket(url);
    socket.write(whole);
    await once(socket, 'data');
    socket.pause();
    const { status, bytes, error } = await left.promise;
    expect([status, error, bytes < 64 * 1024 ** 2]).toEqual([200, undefined, true]);
    socket.destroy();
  });

  test('a body beyond the limit ends the connection; one within it does not', async () => {
    const url = await limited({ bodyBytes: 1000 });
    const post = (bytes: number) =>
      `${rawRequest({ method: 'POST', target: `/${at}`, headers: { Connection: 'keep-alive', 'Content-Length': `${bytes}` } })}${'x'.repeat(bytes)}`;
    const last = rawRequest({ target: '/last' });
    expect(await exchange(url, post(1000) + last)).toMatch(/405 [\s\S]*404 /);
    expect(await exchange(url, post(100_000) + last).catch(() => '')).not.toMatch(/404 /);
  });
});

describe('a limit of connections', () => {
  test('one more is hung up on; one that has left makes room', async () => {
    const url = await limited({ connections: 2 });
    const [one, two] = [openSocket(url), openSocket(url)];
    await Promise.all([once(one, 'connect'), once(two, 'connect')]);
    expect(await exchange(url, whole).catch(() => '')).toBe('');
    one.destroy();
    await expect
      .poll(() => exchange(url, rawRequest({ target: `/${at}` })).catch(() => ''), { timeout: 5000 })
      .toContain('200 OK');
    two.destroy();
  });

  test('idle ones are hung up on to make room', async () => {
    const url = await limited({ connections: 2 });
    const idle = [openSocket(url), openSocket(url)];
    for (const socket of idle) {
      socket.write(whole);
      await once(socket, 'data');
    }
    expect(await exchange(url, whole).catch(() => '')).toBe('');
    expect(await Promise.all(idle.map((socket) => text(socket)))).toEqual(['', '']);
    expect(await exchange(url, rawRequest({ target: `/${at}` }))).toContain('200 OK');
  });
});
