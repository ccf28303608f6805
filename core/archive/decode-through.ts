import { pipeline, Readable, type Transform } from 'node:stream';
import { refuse } from './finding.ts';

/**
 * What node:zlib's decoders are made with, so that they take the next chunk only once the one before is decoded and
 * read. A decoder whose input has ended decodes all that it still holds whoever reads it (`_write` of Node's Transform,
 * "Backwards compat."): of 33 kB of zstd that fit into its usual buffer of 64 kB, 1 GB lay in memory at once.
 */
export const oneChunkAtATime = { writableHighWaterMark: 1 };

/**
 * The stream as one of node:zlib's decoders turns it out; stopping early stops the input too.
 *
 * @param decoder made with {@link oneChunkAtATime}
 * @throws GatehouseError `package.refused` with `code` when the decoder finds the data bad; the input's own errors as
 *   they are, so that a lost connection is never taken for a bad package
 */
export async function* decodeThrough(
  chunks: AsyncIterable<Uint8Array>,
  decoder: Transform,
  code: string,
): AsyncGenerator<Uint8Array> {
  // An error on either side destroys the decoder with it, so the loop below sees all of them.
  pipeline(Readable.from(chunks), decoder, () => {});
  try {
    for await (const decoded of decoder) yield decoded;
  } catch (error) {
    refuseZlib(error, code);
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
