import { pipeline } from 'node:stream';
import { createZstdDecompress } from 'node:zlib';
import { chunkSize } from '../byte-source.ts';
import { GatehouseError } from '../error.ts';

/**
 * A zstd stream decoded slice by slice (window at most 128 MiB, zlib's own bound). Only the first frame is read, as
 * conda's reader does. Errors of `body` come through; a cut or broken stream is `upstream.body`.
 *
 * @param what names the document in the error
 */
export async function* unzstd(body: AsyncIterable<Uint8Array>, what: string): AsyncGenerator<Uint8Array> {
  const decoder = createZstdDecompress({ chunkSize });
  // An error reaches the loop below by destroying the decoder.
  pipeline(body, decoder, () => {});
  try {
    for await (const bytes of decoder) yield bytes;
  } catch (cause) {
    if (cause instanceof GatehouseError) throw cause;
    const isCut = cause instanceof Error && 'code' in cause && cause.code === 'Z_BUF_ERROR';
    const reason = isCut ? 'ends before its zstd frame does' : 'is not sound zstd';
    throw new GatehouseError('upstream.body', `${what} ${reason}`, { retry: isCut, cause });
  }
}
