import { once } from 'node:events';
import { describe, expect, test } from 'vitest';
import { serveStore } from '../../../local/serve/serve-store.ts';
import type { ServedRequest } from '../../../local/serve/served-request.ts';
import { openSocket, rawRequest } from '../../support/served/raw-http.ts';
import { fill } from '../../support/served/sample-channel.ts';
import { at, endlessStore, large, onRead } from '../../support/served/serve-one.ts';
import { serveForTest } from '../../support/served/served-stores.ts';
import { memoryStore } from '../../twins/store-memory.ts';

describe('starting and closing', () => {
  const closed = async (url: string) =>
    fetch(url).then(
      () => false,
      () => true,
    );

  test('serves on 127.0.0.1, and a taken port is a usage error with a hint', async () => {
    const url = await serveForTest({ store: memoryStore() });
    expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
    const again = serveStore({ store: memoryStore(), port: Number(new URL(url).port) });
    const hint = expect.stringContaining('--port');
    await expect(again).rejects.toMatchObject({
      code: 'usage.invalid',
      message: expect.stringContaining('is taken'),
      hint,
    });
  });

  test.each([
    ['a port that is none', { port: 70_000 }],
    ['an address of another machine', { port: 0, host: '192.0.2.1' }],
  ])('%s is a usage error', async (_title, where) => {
    await expect(serveStore({ store: memoryStore(), ...where })).rejects.toMatchObject({ code: 'usage.invalid' });
  });

  test('an answer on its way finishes; no new one begins; idle and silent sockets are hung up on', async () => {
    const reached = Promise.withResolvers<void>();
    const gate = Promise.withResolvers<void>();
    const store = memoryStore(
      onRead(3, () => {
        reached.resolve();
        return gate.promise;
      }),
    );
    await fill(store, [[at, large]]);
    const served = await serveStore({ store, port: 0, limits: { graceMs: 3_600_000 } });
    const silent = openSocket(served.url).resume();
    await once(silent, 'connect');
    const body = fetch(`${served.url}/${at}`).then((response) => response.arrayBuffer());
    await reached.promise;
    expect(served.underWay()).toBe(1);
    const closing = served.close();
    await once(silent, 'close');
    expect(await closed(`${served.url}/${at}`)).toBe(true);
    gate.resolve();
    expect(Buffer.from(await body).equals(large)).toBe(true);
    await closing;
    expect(served.underWay()).toBe(0);
    await served.close();
  });

  test('an answer that does not finish in time is cut', async () => {
    const gate = Promise.withResolvers<void>();
    const reached = Promise.withResolvers<void>();
    const store = memoryStore(
      onRead(2, () => {
        reached.resolve();
        return gate.promise;
      }),
    );
    await fill(store, [[at, large]]);
    const served = await serveStore({ store, port: 0, limits: { graceMs: 1 } });
    const cut = expect(fetch(`${served.url}/${at}`).then((response) => response.text())).rejects.toThrow('terminated');
    await reached.promise;
    await served.close();
    await cut;
    gate.resolve();
  });

  test('an answer that is cut is told before the server counts as closed', async () => {
    const told: ServedRequest[] = [];
    const log = (access: ServedRequest) => void told.push(access);
    const served = await serveStore({ store: endlessStore, port: 0, log, limits: { graceMs: 1 } });
    const socket = openSocket(served.url).on('error', () => undefined);
    socket.write(rawRequest({ target: `/${at}` }));
    await once(socket, 'data');
    socket.pause();
    await served.close();
    expect(told).toEqual([expect.objectContaining({ path: `/${at}`, status: 200 })]);
  });
});
