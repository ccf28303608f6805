import { createCipheriv, createHash } from 'node:crypto';

/** Numbers from 0 up to but not including 1, the same for the same seed (mulberry32). */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** `size` bytes that no compressor makes smaller, the same for the same seed, in slices of at most 1 MiB. */
export function* incompressibleChunks(seed: string, size: number): Generator<Uint8Array> {
  const key = createHash('sha256').update(seed).digest().subarray(0, 16);
  const cipher = createCipheriv('aes-128-ctr', key, Buffer.alloc(16));
  const zeros = Buffer.alloc(2 ** 20);
  for (let left = size; left > 0; left -= zeros.length)
    yield cipher.update(zeros.subarray(0, Math.min(left, zeros.length)));
}

/** {@link incompressibleChunks} in one piece. */
export const incompressibleBytes = (seed: string, size: number): Uint8Array =>
  Buffer.concat([...incompressibleChunks(seed, size)]);
