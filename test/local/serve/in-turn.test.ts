import { once } from 'node:events';
import type { Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { scheduler } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { usualLimits } from '../../../local/serve/limits.ts';
import { openSocket, rawRequest } from '../../support/served/raw-http.ts';
import { fill } from '../../support/served/sample-channel.ts';
import { at } from '../../support/served/serve-one.ts';
import { serveForTest } from '../../support/served/served-stores.ts';
import { memoryStore } from '../../twins/store-memory.ts';

/** A store that answers once it is let, served. */
async function heldServer(limits = {}) {
  const gate = Promise.withResolvers<void>();
  const held: (() => void)[] = [];
  let asked = 0;
  const store = memoryStore({
    before: async (operation) => {
      if (operation !== 'get') return;
      asked += 1;
      await Promise.race([gate.promise, new Promise<void>((resolve) => held.push(resolve))]);
    },
  });
  await fill(store, [[at, Buffer.from('whole')]]);
  const url = await serveForTest({ store, limits: { ...usualLimits, ...limits } });
  return { url, letGo: gate.resolve, letOneGo: () => held.shift()?.(), asked: () => asked };
}

const keptAlive = rawRequest({ target: `/${at}`, headers: { Connection: 'keep-alive' } });

const muchBytes = 64 * 1024 ** 2;

/** Writes for as long as the other end takes it, and no more than 64 MiB. */
async function writeUntilFull(socket: Socket, block: string): Promise<void> {
  for (let quiet = 0; quiet < 5 && socket.bytesWritten < muchBytes; ) {
    const drained = socket.write(block) || (await Promise.race([once(socket, 'drain'), scheduler.wait(50)]));
    quiet = drained === undefined ? quiet + 1 : 0;
  }
}

describe('a client that sends requests ahead', () => {
  test('is read no further than one piece of its requests while the first is not answered', async () => {
    const { url, asked, letGo } = await heldServer();
    const socket = openSocket(url);
    socket.on('error', () => undefined);
    await once(socket, 'connect');
    await writeUntilFull(socket, keptAlive.repeat(1000));
    // What the kernel and the client itself hold; a server that reads on takes all of it.
    expect(socket.bytesWritten).toBeLessThan(muchBytes);
    expect(asked()).toBe(1);
    socket.destroy();
    letGo();
  });

  test('gets every answer, in order, once there are some', async () => {
    const { url, letGo } = await heldServer();
    const socket = openSocket(url);
    socket.write(keptAlive.repeat(3000) + rawRequest({ target: '/missing' }));
    await scheduler.wait(50);
    letGo();
    const answers = await text(socket);
    const statuses = [...answers.matchAll(/HTTP\/1\.1 (\d+)/g)].map(([, status]) => status);
    expect([statuses.length, statuses.indexOf('404'), answers.split('\r\n\r\nwhole').length]).toEqual([
      3001, 3000, 3001,
    ]);
  });

  test('has no more than two answers made before others have their turn', async () => {
    const byTurn: number[] = [0];
    const store = memoryStore({ before: () => void byTurn.push((byTurn.pop() ?? 0) + 1) });
    let ticking = setImmediate(function tick() {
      byTurn.push(0);
      ticking = setImmediate(tick);
    });
    const url = await serveForTest({ store });
    const socket = openSocket(url);
    socket.write(keptAlive.repeat(1000) + rawRequest({ target: '/missing' }));
    expect((await text(socket)).match(/HTTP\/1\.1 404/g)).toHaveLength(1001);
    clearImmediate(ticking);
    expect(Math.max(...byTurn)).toBeLessThanOrEqual(2);
  });

  test('is hung up on where too many wait already; others are served', async () => {
    const { url, letGo, asked } = await heldServer({ waitingRequests: 5 });
    const [modest, greedy] = [openSocket(url), openSocket(url)];
    modest.write(keptAlive.repeat(5) + rawRequest({ target: `/${at}` }));
    await expect.poll(asked).toBe(1);
    greedy.write(keptAlive.repeat(2));
    expect(await text(greedy)).toBe('');
    const other = fetch(`${url}/${at}`);
    await expect.poll(asked).toBe(3);
    letGo();
    expect((await other).status).toBe(200);
    expect((await text(modest)).match(/whole/g)).toHaveLength(6);
    const again = openSocket(url);
    again.write(keptAlive.repeat(5) + rawRequest({ target: `/${at}` }));
    expect((await text(again)).match(/whole/g)).toHaveLength(6);
  });

  test('leaves room for others when it leaves', async () => {
    const { url, letGo, letOneGo, asked } = await heldServer({ waitingRequests: 5 });
    const leaving = openSocket(url);
    leaving.write(keptAlive.repeat(6));
    await expect.poll(asked).toBe(1);
    leaving.resetAndDestroy();
    await scheduler.wait(50);
    // It is not read from, so that only an answer to it fails.
    letOneGo();
    await expect
      .poll(async () => {
        const socket = openSocket(url);
        const hungUpOn = once(socket, 'close').then(() => true);
        socket.write(keptAlive.repeat(6));
        return await Promise.race([hungUpOn, scheduler.wait(200).then(() => false)]);
      })
      .toBe(false);
    letGo();
  });

  test('and CONNECT after them, and then resets the connection, ends nothing but that', async () => {
    const { url, letGo, asked } = await heldServer();
    const socket = openSocket(url);
    socket.write(`${keptAlive}CONNECT x:443 HTTP/1.1\r\nHost: x:443\r\n\r\n`);
    await expect.poll(asked).toBe(1);
    socket.resetAndDestroy();
    await scheduler.wait(50);
    letGo();
    expect((await fetch(`${url}/${at}`)).status).toBe(200);
  });

  test('and garbage after them gets its answers, then 400', async () => {
    const { url, letGo } = await heldServer();
    const socket = openSocket(url);
    socket.write(`${keptAlive.repeat(2)}garbage\r\n\r\n`);
    await scheduler.wait(50);
    letGo();
    const answers = await text(socket);
    expect([...answers.matchAll(/HTTP\/1\.1 (\d+)/g)].map(([, status]) => status)).toEqual(['200', '200', '400']);
    expect(answers).toMatch(/Connection: close\r\n\r\n$/);
  });
});
