import { IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import { expect, test } from 'vitest';
import { bytesSource } from '../../../core/ports/byte-source.ts';
import { openBody, sendBody, sliceBytesFor } from '../../../local/serve/body.ts';

/** A connection that takes a slice after so many milliseconds, and notes what it has taken. */
class SlowSocket extends Socket {
  readonly taken: Buffer[] = [];
  readonly #afterMs: number;

  constructor(afterMs: number) {
    super();
    this.#afterMs = afterMs;
  }

  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    setTimeout(() => {
      // As late as the kernel may read it.
      this.taken.push(Buffer.from(chunk));
      done();
    }, this.#afterMs);
  }

  override _writev(chunks: { chunk: Buffer | string }[], done: () => void): void {
    const whole = chunks.map(({ chunk }) => (typeof chunk === 'string' ? Buffer.from(chunk, 'latin1') : chunk));
    this._write(Buffer.concat(whole), '', done);
  }
}

async function sendTo(socket: SlowSocket, stalledMs: number) {
  const bytes = Buffer.from(Array.from({ length: 5000 }, (_, i) => i % 251));
  const response = new ServerResponse(new IncomingMessage(socket));
  response.assignSocket(socket);
  response.writeHead(200, { 'Content-Length': bytes.length });
  const memory = new Set<ArrayBufferLike>();
  const source = { ...bytesSource(bytes), read: readInto(bytes, memory) };
  const body = await openBody({ source, start: 0, end: bytes.length }, () => 1000);
  await sendBody(response, body, stalledMs);
  return { response, sent: body.sent, memory };
}

/** Fills the memory it is given, as a file does. */
const readInto =
  (bytes: Buffer, memory: Set<ArrayBufferLike>) => async (start: number, end: number, into?: Uint8Array) => {
    if (into === undefined) throw new Error('no memory was given');
    memory.add(into.buffer);
    bytes.copy(into, 0, start, end);
    return into.subarray(0, end - start);
  };

test('all slices lie in one memory, and each is overwritten only when the connection has taken it', async () => {
  const socket = new SlowSocket(10);
  const { response, sent, memory } = await sendTo(socket, 10_000);
  expect([response.writableFinished, sent, memory.size]).toEqual([true, 5000, 1]);
  const whole = Buffer.concat(socket.taken);
  expect([...whole.subarray(whole.indexOf('\r\n\r\n') + 4)]).toEqual(Array.from({ length: 5000 }, (_, i) => i % 251));
});

test('a client that does not take a slice in time is hung up on', async () => {
  const { response, sent } = await sendTo(new SlowSocket(3_600_000), 50);
  expect([response.destroyed, sent]).toEqual([true, 1000]);
});

test('slices are small where many answers are under way', () => {
  expect([sliceBytesFor(1, 64), sliceBytesFor(64, 64), sliceBytesFor(65, 64)]).toEqual([262_144, 262_144, 65_536]);
});
