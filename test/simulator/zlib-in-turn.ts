import { syncBuiltinESMExports } from 'node:module';
import { Transform } from 'node:stream';
import zlib, { zstdCompressSync, zstdDecompressSync } from 'node:zlib';

/**
 * Imported for what it does: zstd streams of this process work at once, on its only thread. The thread pool answers when
 * it likes, and then a seed would no longer give one order of events.
 */
for (const [name, convert] of Object.entries({
  createZstdCompress: zstdCompressSync,
  createZstdDecompress: (bytes: Uint8Array) => zstdDecompressSync(bytes),
})) {
  Object.defineProperty(zlib, name, { configurable: true, value: (options: object) => atOnce(convert, options) });
}
syncBuiltinESMExports();

/** A stream that holds all it is given and turns it out at its end. */
function atOnce(convert: (bytes: Uint8Array, options: object) => Uint8Array, options: object): Transform {
  const slices: Uint8Array[] = [];
  return new Transform({
    transform(slice, _encoding, done) {
      slices.push(slice);
      done();
    },
    flush(done) {
      try {
        done(null, convert(Buffer.concat(slices), options));
      } catch (error) {
        done(error instanceof Error ? error : new Error(String(error)));
      }
    },
  });
}
