/**
 * The bytes as one bzip2 stream, which is all that some clients read. Blocks of 900 kB, about 0.6 MB/s: run it in a
 * thread of its own (adapters/compress-bzip2.ts). compressjs is GPL-2.0, so it is loaded by this option only.
 */
export async function bzip2(bytes: Uint8Array): Promise<Uint8Array> {
  const { default: compressjs } = await import('compressjs');
  return compressjs.Bzip2.compressFile(bytes, undefined, 9);
}
