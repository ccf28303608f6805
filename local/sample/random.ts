import { createCipheriv, createHash } from 'node:crypto';

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
