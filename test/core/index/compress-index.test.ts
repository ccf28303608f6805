import { zstdDecompressSync } from 'node:zlib';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { decodeZstd } from '../../../core/archive/zstd/decode-zstd.ts';
import { compressIndex } from '../../../core/index/compress-index.ts';

async function compressed(slices: readonly Uint8Array[], size = Buffer.concat(slices).length): Promise<Buffer> {
  const out: Uint8Array[] = [];
  using compressor = compressIndex(size, async (bytes) => void out.push(bytes));
  for (const slice of slices) await compressor.write(slice);
  await compressor.finish();
  return Buffer.concat(out);
}

/** Our own reader refuses whatever follows the first frame, which Node's does not. */
async function decoded(zst: Uint8Array): Promise<Buffer> {
  const slices: Uint8Array[] = [];
  for await (const slice of decodeZstd(
    (async function* () {
      yield zst;
    })(),
    () => {},
  ))
    slices.push(slice);
  return Buffer.concat(slices);
}

it('one frame with its size in the header, the same for any slices', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.uint8Array({ maxLength: 300 }), { maxLength: 20 }), async (slices) => {
      const whole = Buffer.concat(slices);
      const zst = await compressed(slices);
      expect((await decoded(zst)).equals(whole)).toBe(true);
      expect(zst.equals(await compressed([whole]))).toBe(true);
      // One-shot decoders that allocate what the header says must manage.
      expect(zstdDecompressSync(zst).equals(whole)).toBe(true);
    }),
    { numRuns: 30 },
  );
});

it('is one frame too for megabytes written in large slices', async () => {
  const slice = Buffer.from(Array.from({ length: 40_000 }, (_, at) => `"record ${at * 7919}":{},`).join(''));
  const slices = [slice, slice, slice, slice];
  expect((await decoded(await compressed(slices))).equals(Buffer.concat(slices))).toBe(true);
});

it('more or fewer bytes than said are an error, not a file', async () => {
  const slices = [Buffer.from('twelve bytes')];
  await expect(compressed(slices, 11)).rejects.toThrow();
  await expect(compressed(slices, 13)).rejects.toThrow();
});

it('a sink that fails ends the writing', async () => {
  using compressor = compressIndex(2 ** 22, async () => {
    throw new Error('disk full');
  });
  const write = async () => {
    for (let at = 0; at < 16; at++) await compressor.write(Buffer.alloc(2 ** 18, at));
    await compressor.finish();
  };
  await expect(write()).rejects.toThrow('disk full');
});
