/**
 * The bytes as one bzip2 stream of 100 kB blocks, about 0.6 MB/s. compressjs is GPL-2.0 and slow, so it is loaded only
 * when a sample `.tar.bz2` is made.
 */
export async function bzip2(bytes: Uint8Array): Promise<Uint8Array> {
  const { default: compressjs } = await import('compressjs');
  return compressjs.Bzip2.compressFile(bytes, undefined, 1);
}
