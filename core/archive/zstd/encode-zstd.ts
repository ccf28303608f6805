import type { Transform } from 'node:stream';
import { constants, createZstdCompress } from 'node:zlib';
import type { SizedBytes } from '../sized-bytes.ts';

/**
 * 9 of 22: a tar of 40 MB of Python takes 0.6 s and 9.2 MB; level 19, which cph uses, takes 36 times as long for 7.9 MB.
 */
const level = 9;

/**
 * One zstd frame of the bytes, with their size and checksum in it, at level 9. The same bytes give the same frame,
 * whatever slices they come in (held by a test), for one version of zstd: another version of Node may give another.
 *
 * Each write is waited for, and the end comes after the last: ended while a write is pending, Node's encoder adds a
 * second, empty frame (seen in 24.21), and strict readers refuse that.
 */
export async function* encodeZstd({ size, open }: SizedBytes): AsyncGenerator<Uint8Array> {
  const params = { [constants.ZSTD_c_compressionLevel]: level, [constants.ZSTD_c_checksumFlag]: 1 };
  const encoder = createZstdCompress({ params, pledgedSrcSize: size });
  const fed = feed(open(), encoder).catch((error: Error) => encoder.destroy(error));
  for await (const bytes of encoder) yield bytes;
  await fed;
}

async function feed(chunks: ReturnType<SizedBytes['open']>, encoder: Transform): Promise<void> {
  for await (const bytes of chunks) {
    await new Promise<void>((done, fail) => encoder.write(bytes, (error) => (error ? fail(error) : done())));
  }
  encoder.end();
}
