import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { scheduler } from 'node:timers/promises';

/** Answers one request, and resolves when the answer is out or cut; never rejects. */
type Handle = (request: IncomingMessage, response: ServerResponse) => Promise<void>;

export interface Turns {
  /** Answers a request as soon as all before it on its connection are answered. */
  readonly answer: (request: IncomingMessage, response: ServerResponse) => void;
  /** Runs the first `act` of a connection as soon as all its requests are answered. */
  readonly afterAnswers: (socket: Socket, act: () => void) => void;
}

/** What one connection has asked for. */
interface Line {
  isAnswering: boolean;
  readonly waiting: (readonly [request: IncomingMessage, response: ServerResponse])[];
  afterwards: (() => void) | null;
}

/**
 * Answers the requests of each connection one after another, and reads no further from one whose requests wait. Node by
 * itself pauses a connection whose answers are not taken, not one whose answers are not made yet: there, a client that
 * sends requests ahead fills the memory, and each of them opens a file.
 *
 * @param maxWaiting requests over all connections; the connection that sends one more ahead is hung up on
 */
export function inTurn(handle: Handle, maxWaiting: number): Turns {
  const lines = new WeakMap<Socket, Line>();
  let waitingOfAll = 0;

  function lineOf(socket: Socket): Line {
    const line = lines.get(socket) ?? { isAnswering: false, waiting: [], afterwards: null };
    if (lines.has(socket)) return line;
    lines.set(socket, line);
    // Node resumes a socket after each request that it has read.
    socket.on('resume', () => void (line.waiting.length > 0 && socket.pause()));
    socket.once('close', () => {
      waitingOfAll -= line.waiting.splice(0).length;
    });
    return line;
  }

  function next(socket: Socket, { waiting }: Line): Line['waiting'][number] | undefined {
    const taken = waiting.shift();
    if (taken === undefined) return undefined;
    waitingOfAll -= 1;
    if (waiting.length === 0) socket.resume();
    return taken;
  }

  async function answerAll(socket: Socket, line: Line): Promise<void> {
    line.isAnswering = true;
    for (let one = next(socket, line); one !== undefined && !socket.destroyed; one = next(socket, line)) {
      await handle(...one);
      // Some answers wait for no disk: without a pause a thousand of them come before anything of another client.
      if (line.waiting.length > 0) await scheduler.yield();
    }
    line.isAnswering = false;
    line.afterwards?.();
  }

  return {
    answer(request, response) {
      const { socket } = request;
      // The rest of what came in one piece is parsed even after the connection has ended.
      if (socket.destroyed) return;
      const line = lineOf(socket);
      if (line.isAnswering && waitingOfAll >= maxWaiting) return void socket.destroy();
      line.waiting.push([request, response]);
      waitingOfAll += 1;
      if (line.isAnswering) socket.pause();
      else void answerAll(socket, line);
    },
    afterAnswers(socket, act) {
      const line = lineOf(socket);
      line.afterwards ??= act;
      if (!line.isAnswering) line.afterwards();
    },
  };
}
