import { zstdDecompressSync } from 'node:zlib';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { storedZstd } from '../../../adapters/solver-rattler/pool-files.ts';

it('is a frame that libzstd reads back, whatever the number of blocks', () => {
  const block = 128 * 1024;
  for (const size of [0, 1, 255, 256, block - 1, block, block + 1, 2 * block, 2 * block + 7]) {
    const bytes = Buffer.alloc(size, 'conda');
    expect(zstdDecompressSync(storedZstd(bytes)).equals(bytes), `${size} bytes`).toBe(true);
  }
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 600 }), (bytes) => {
      expect(new Uint8Array(zstdDecompressSync(storedZstd(bytes)))).toEqual(bytes);
    }),
  );
});
