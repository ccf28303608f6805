import { once } from 'node:events';
import { describe, expect, test } from 'vitest';
import type { Store } from '../../../core/ports/store.ts';
import { GatehouseError } from '../../../core/problems/error.ts';
import { serveStore } from '../../../local/serve/serve-store.ts';
import type { ServedRequest } from '../../../local/serve/served-request.ts';
import { openSocket, rawRequest } from '../../support/served/raw-http.ts';
import { fill } from '../../support/served/sample-channel.ts';
import { at, key, large, onRead, serveOne } from '../../support/served/serve-one.ts';
import { serveForTest } from '../../support/served/served-stores.ts';
import { memoryStore } from '../../twins/store-memory.ts';

describe('an object that changes while it is served', () => {
  const wholeOf = async (url: string) => Buffer.from(await (await fetch(`${url}/${at}`)).arrayBuffer());

  test.each([1, 2])('before its first slice (try %i): the new bytes, whole', async (tries) => {
    let left = tries;
    const one = await serveOne(Buffer.from('old'), {
      before: async (operation) => {
        if (operation === 'read' && left-- > 0) await fill(one.store, [[at, Buffer.from(`new ${left}`)]]);
      },
    });
    expect(await (await fetch(`${one.url}/${at}`)).text()).toBe('new 0');
  });

  test('gone before its first slice: 404', async () => {
    const one = await serveOne(
      Buffer.from('old'),
      onRead(1, () => one.store.delete(key)),
    );
    expect((await fetch(`${one.url}/${at}`)).status).toBe(404);
  });

  test('later: the connection ends, and the log says why', async () => {
    const one = await serveOne(
      large,
      onRead(3, () => fill(one.store, [[at, Buffer.alloc(large.length)]])),
    );
    await expect(wholeOf(one.url)).rejects.toThrow('terminated');
    const { status, bytes, error } = await one.logged;
    expect([status, bytes, error]).toEqual([200, 2 * 256 * 1024, expect.objectContaining({ code: 'store.conflict' })]);
  });

  test('gone later: the connection ends', async () => {
    const one = await serveOne(
      large,
      onRead(2, () => one.store.delete(key)),
    );
    await expect(wholeOf(one.url)).rejects.toThrow('terminated');
  });

  test.each([-1, 1])('a store that gives %i byte more than it should: 500, or a cut body', async (extra) => {
    const early = await serveForTest({ store: lyingStore(extra, 0) });
    expect((await fetch(`${early}/${at}`)).status).toBe(500);
    const late = await serveForTest({ store: lyingStore(extra, 1) });
    await expect(wholeOf(late)).rejects.toThrow('terminated');
  });

  test('a store that fails is 500 and the error is logged; one that recovers at once is not noticed', async () => {
    const broken = await serveOne(large, { fault: (operation) => (operation === 'get' ? 'broken' : undefined) });
    const response = await fetch(`${broken.url}/${at}`);
    expect([response.status, await response.text(), response.headers.get('cache-control')]).toEqual([
      500,
      'internal server error\n',
      'no-cache',
    ]);
    expect((await broken.logged).error).toBeInstanceOf(GatehouseError);
    let failures = 2;
    const flapping = await serveOne(large, {
      fault: (operation) => (operation === 'get' && failures-- > 0 ? 'broken' : undefined),
    });
    expect((await wholeOf(flapping.url)).equals(large)).toBe(true);
    expect(await flapping.logged).not.toHaveProperty('error');
  });
});

/** After so many honest reads every object gives more or fewer bytes than it was asked for. */
function lyingStore(extra: number, honestReads: number): Store {
  let reads = 0;
  const read = async (start: number, end: number) => Buffer.alloc(end - start + (reads++ < honestReads ? 0 : extra));
  const object = { key, etag: 'x', size: large.length, modified: 0, metadata: {}, read };
  return { ...memoryStore(), get: async () => object };
}

describe('a client that reads slowly or leaves', () => {
  /** 64 GiB of zeros, and how often it was read. An eager server comes to the error long before the end. */
  function endlessStore() {
    const counted = { reads: 0 };
    const read = async (start: number, end: number) => {
      counted.reads += 1;
      if (counted.reads > 1000) throw new Error('read on and on');
      return Buffer.alloc(end - start);
    };
    const store: Store = {
      ...memoryStore(),
      get: async () => ({ key, etag: 'x', size: 2 ** 36, modified: 0, metadata: {}, read }),
    };
    return { store, counted };
  }

  test('takes no more from the store than the sockets hold, and nothing once it is gone', async () => {
    const { store, counted } = endlessStore();
    const left = Promise.withResolvers<ServedRequest>();
    const log = (access: ServedRequest) => (access.method === 'GET' ? left.resolve(access) : undefined);
    const url = await serveForTest({ store, log });
    const socket = openSocket(url);
    socket.write(rawRequest({ target: `/${at}` }));
    await once(socket, 'data');
    socket.pause();
    // Each of these takes many turns of the event loop, in any of which an eager server would read on.
    for (let i = 0; i < 100; i++) await fetch(`${url}/${at}`, { method: 'HEAD' });
    expect(counted.reads * 256 * 1024).toBeLessThan(64 * 2 ** 20);
    socket.destroy();
    const { status, bytes, error } = await left.promise;
    expect([status, bytes < 64 * 2 ** 20, error]).toEqual([200, true, undefined]);
    const before = counted.reads;
    for (let i = 0; i < 10; i++) await fetch(`${url}/${at}`, { method: 'HEAD' });
    expect(counted.reads).toBe(before);
  });

  test('leaves with requests waiting: none of them holds the server open', async () => {
    const { store } = endlessStore();
    const seen: ServedRequest[] = [];
    const served = await serveStore({ store, port: 0, log: (access) => seen.push(access) });
    const socket = openSocket(served.url);
    socket.write(rawRequest({ target: `/${at}`, headers: { Connection: 'keep-alive' } }).repeat(3));
    await once(socket, 'data');
    socket.destroy();
    await served.close();
    // The two that never had their turn are told nowhere.
    await expect.poll(() => seen.map(({ error }) => error)).toEqual([undefined]);
  });
});
