import type { Transform } from 'node:stream';
import { refuse } from './finding.ts';

/**
 * The stream as one of node:zlib's decoders turns it out; stopping early stops the input too.
 *
 * @throws GatehouseError `package.refused` with `code` when the decoder finds the data bad; the input's own errors as
 *   they are, so that a lost connection is never taken for a bad package
 */
export async function* decodeThrough(
  chunks: AsyncIterable<Uint8Array>,
  decoder: Transform,
  code: string,
): AsyncGenerator<Uint8Array> {
  try {
    yield* turnedOut(chunks, decoder);
  } catch (error) {
    refuseZlib(error, code);
  }
}

/**
 * What a decoder makes of chunks, each given to it only once all that came of the one before has been read: no more lies
 * in memory than one chunk unpacks to, however slow the reader. Ends where the decoder does, which may be before its
 * input's end.
 *
 * @throws what the decoder, or `chunks`, fails with
 */
export async function* turnedOut(chunks: AsyncIterable<Uint8Array>, decoder: Transform): AsyncGenerator<Uint8Array> {
  const heard = listen(decoder);
  try {
    for await (const chunk of chunks) {
      yield* turn(decoder, heard, (done) => decoder.write(chunk, done));
      if (decoder.readableEnded) return;
    }
    // Its callback comes before the last bytes and before what is wrong with them: their end is the decoder's.
    yield* turn(decoder, heard, () => decoder.end());
  } finally {
    decoder.destroy();
  }
}

interface Heard {
  failure: Error | null;
  /** Called whenever there may be something new. */
  wake: () => void;
}

/** A chunk that a decoder fails at, or ends in, is never called done: its events say so. */
function listen(decoder: Transform): Heard {
  const heard: Heard = { failure: null, wake: () => {} };
  decoder.on('readable', () => heard.wake()).on('end', () => heard.wake());
  decoder.on('error', (error) => {
    heard.failure = error;
    heard.wake();
  });
  return heard;
}

/** Gives a decoder something, and all that it makes of it until it says that it is done, or ends. */
async function* turn(
  decoder: Transform,
  heard: Heard,
  give: (done: () => void) => void,
): AsyncGenerator<Uint8Array, void, void> {
  let isDone = false;
  give(() => {
    isDone = true;
    heard.wake();
  });
  for (;;) {
    const decoded: Uint8Array | null = decoder.read();
    if (decoded !== null) yield decoded;
    else if (heard.failure !== null) throw heard.failure;
    else if (isDone || decoder.readableEnded) return;
    else await new Promise<void>((resolve) => (heard.wake = resolve));
  }
}

/** What one of node:zlib's decoders makes of bytes at once; refused with `code` when it finds them bad. */
export function sound<T>(code: string, decode: () => T): T {
  try {
    return decode();
  } catch (error) {
    return refuseZlib(error, code);
  }
}

function refuseZlib(error: unknown, code: string): never {
  if (error instanceof Error && 'code' in error && /^(Z_|ZSTD_)/.test(String(error.code))) refuse(code, error.message);
  throw error;
}
