import { constants, zstdCompressSync } from 'node:zlib';

/** The bytes as one zstd frame that states its content size; level 19, which cph uses, takes 50 times as long as 3. */
export const zstdFrame = (bytes: Uint8Array, level = 3): Uint8Array =>
  zstdCompressSync(bytes, { params: { [constants.ZSTD_c_compressionLevel]: level } });
