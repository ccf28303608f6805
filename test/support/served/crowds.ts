import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { scheduler } from 'node:timers/promises';

/** Clients that mean ill or fare ill, at one server; all leave when the crowd is disposed of. */
export interface Crowd extends Disposable {
  /** How often one of them was hung up on, and came back. */
  readonly returns: () => number;
}

type Behave = (socket: Socket, signal: AbortSignal) => Promise<void>;

/** So many clients that each behave so, on a new connection whenever theirs has ended. */
export function crowd(url: string, count: number, behave: Behave): Crowd {
  const left = new AbortController();
  let connections = 0;
  const live = async () => {
    while (!left.signal.aborted) {
      const socket = connect(Number(new URL(url).port), new URL(url).hostname).on('error', () => undefined);
      connections += 1;
      const closed = new Promise((resolve) => socket.once('close', resolve));
      const leave = () => socket.destroy();
      left.signal.addEventListener('abort', leave);
      void behave(socket, left.signal).catch(() => undefined);
      await closed;
      left.signal.removeEventListener('abort', leave);
      await scheduler.wait(100);
    }
  };
  for (let i = 0; i < count; i++) void live();
  return { returns: () => connections - count, [Symbol.dispose]: () => left.abort() };
}

/** Asks for the target over and over, as fast as the connection takes it, and never reads. */
export function pipelining(target: string): Behave {
  const block = `GET ${target} HTTP/1.1\r\nHost: x\r\n\r\n`.repeat(1000);
  return async (socket) => {
    socket.pause();
    while (!socket.destroyed) if (!socket.write(block)) await once(socket, 'drain');
  };
}

/** Asks once and reads 1 kB a second. */
export function slowReading(target: string): Behave {
  return async (socket, signal) => {
    socket.pause();
    socket.write(`GET ${target} HTTP/1.1\r\nHost: x\r\n\r\n`);
    for (;;) {
      await scheduler.wait(1000, { signal });
      socket.read(1024);
    }
  };
}

/** Begins a request and adds to it a byte a second. */
export const halfSending: Behave = async (socket, signal) => {
  socket.resume();
  socket.write('GET /conda/noarch/repodata.json HTTP/1.1\r\nHost: x\r\nX-Slow: ');
  for (;;) {
    await scheduler.wait(1000, { signal });
    socket.write('x');
  }
};
