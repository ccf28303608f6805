import type { ServerResponse } from 'node:http';
import { chunkSize } from '../../core/ports/byte-source.ts';
import { GatehouseError } from '../../core/problems/error.ts';
import type { SourcePart } from './answer.ts';

/** Bytes of a slice where many answers are under way: each holds one for as long as its client does not read. */
const smallSliceBytes = 64 * 1024;

/** How many bytes of one answer to read at a time: 256 KiB, or 64 KiB where more than `large` answers are under way. */
export const sliceBytesFor = (answers: number, large: number): number =>
  answers > large ? smallSliceBytes : chunkSize;

/** The body of an answer on its way out. */
export interface OpenBody {
  /** Bytes handed to the connection so far. */
  sent: number;
  /** The slice whose turn it is; the first is read when the body is opened. */
  slice: IteratorResult<Uint8Array, void>;
  readonly slices: AsyncGenerator<Uint8Array, void, undefined>;
}

/**
 * Opens a part of an object, or nothing, by reading its first slice: a source that cannot be read is known before its
 * bytes are promised.
 *
 * @param sliceBytes is asked anew for each slice
 */
export async function openBody(part: SourcePart | null, sliceBytes: () => number): Promise<OpenBody> {
  const slices = slicesOf(part, sliceBytes);
  return { sent: 0, slice: await slices.next(), slices };
}

/**
 * Each slice is good until the next is asked for: that is read into the same memory. With memory of their own, the slices
 * of 500 slow clients, of which the kernel takes megabytes at once, would come to 100 MB before they are collected.
 */
async function* slicesOf(part: SourcePart | null, sliceBytes: () => number): OpenBody['slices'] {
  const { source, start, end } = part ?? { start: 0, end: 0 };
  let memory = new Uint8Array();
  for (let at = start, next = at; source !== undefined && at < end; at = next) {
    next = Math.min(end, at + sliceBytes());
    if (memory.length !== next - at) memory = Buffer.allocUnsafeSlow(next - at);
    const slice = await source.read(at, next, memory);
    if (slice.length !== next - at)
      throw new GatehouseError('store.broken', 'the store gave too few or too many bytes');
    yield slice;
  }
}

/**
 * Sends a body and ends the response. Resolves when the system has all of it, or when the client has left.
 *
 * @param stalledMs milliseconds a client may take for one slice before it is hung up on
 * @throws what reading throws; then part of a promised body may be out
 */
export async function sendBody(response: ServerResponse, body: OpenBody, stalledMs: number): Promise<void> {
  for (; !body.slice.done; body.slice = await body.slices.next()) {
    const { value } = body.slice;
    body.sent += value.length;
    if (!(await isTaken(response, stalledMs, (taken) => response.write(value, taken)))) return;
  }
  await isTaken(response, stalledMs, (taken) => response.end(taken));
}

/** Whether the system took what `hand` hands over before the connection ended. */
function isTaken(
  response: ServerResponse,
  stalledMs: number,
  hand: (taken: (error?: Error | null) => void) => void,
): Promise<boolean> {
  return new Promise((resolve) => {
    const stalled = setTimeout(() => response.destroy(), stalledMs);
    const settle = (taken: boolean) => {
      clearTimeout(stalled);
      response.off('close', onClose);
      resolve(taken);
    };
    const onClose = () => settle(false);
    response.once('close', onClose);
    hand((error) => settle(!error));
  });
}
