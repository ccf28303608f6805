import type { ServerResponse } from 'node:http';
import { chunkSize } from '../../core/ports/byte-source.ts';
import type { SourcePart } from './answer.ts';

/** Bytes of the smallest slice: below it each costs more to ask for than to send. */
const minSliceBytes = 16 * 1024;

/** How many bytes of one answer to read at a time, so that all answers together hold about `readAheadBytes`. */
export function sliceBytesFor(answers: number, readAheadBytes: number): number {
  const share = Math.floor(readAheadBytes / Math.max(1, answers));
  return Math.min(chunkSize, Math.max(minSliceBytes, share));
}

/**
 * The bytes of a part in slices, the first already read, so that a source which cannot be read is known before an answer
 * is promised.
 *
 * @param sliceBytes is asked anew for each slice
 */
export async function openBody(
  part: SourcePart | null,
  sliceBytes: () => number,
): Promise<AsyncGenerator<Uint8Array, void, undefined>> {
  if (part === null || part.start === part.end) return slices([]);
  const second = Math.min(part.end, part.start + sliceBytes());
  const first = await part.source.read(part.start, second);
  return slices([first], { ...part, start: second }, sliceBytes);
}

async function* slices(ready: Uint8Array[], rest?: SourcePart, sliceBytes = () => chunkSize) {
  // Emptied, for a generator keeps its arguments: a slow client would hold the first slice until the last is out.
  yield* ready.splice(0);
  if (rest === undefined) return;
  for (let at = rest.start, next = at; at < rest.end; at = next) {
    next = Math.min(rest.end, at + sliceBytes());
    yield await rest.source.read(at, next);
  }
}

export interface Sent {
  /** Of the body, handed to the connection so far. */
  bytes: number;
  /** Milliseconds the client may take for a slice. */
  readonly stalledMs: number;
}

/** Counts the slices on their way out, and ends the connection of a client that does not take one in time. */
export async function* watched(chunks: AsyncIterable<Uint8Array>, sent: Sent, response: ServerResponse) {
  for await (const chunk of chunks) {
    sent.bytes += chunk.length;
    const stalled = setTimeout(() => response.destroy(), sent.stalledMs);
    try {
      yield chunk;
    } finally {
      clearTimeout(stalled);
    }
  }
}
