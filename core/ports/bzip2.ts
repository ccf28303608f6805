/**
 * Gives one bzip2 stream, in blocks of 900 kB, of bytes that are all in memory. What does is GPL-2.0, so that not every
 * world has one.
 */
export type Bzip2 = (bytes: Uint8Array) => Promise<Uint8Array>;
