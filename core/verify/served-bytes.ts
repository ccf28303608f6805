import { decodeBzip2 } from '../archive/bzip2/decode-bzip2.ts';
import { decodeZstd } from '../archive/zstd/decode-zstd.ts';
import { type ByteSource, chunksOf } from '../ports/byte-source.ts';
import { GatehouseError } from '../problems/error.ts';

/** Whether a stream is these bytes and no others. */
async function isExactly(chunks: AsyncIterable<Uint8Array>, expected: Uint8Array): Promise<boolean> {
  let at = 0;
  for await (const bytes of chunks) {
    if (Buffer.compare(bytes, expected.subarray(at, at + bytes.length)) !== 0) return false;
    at += bytes.length;
  }
  return at === expected.length;
}

/** Whether an object holds these bytes and no others. */
export const holds = (object: ByteSource, expected: Uint8Array): Promise<boolean> =>
  isExactly(chunksOf(object), expected);

/** No meter on what is decoded: comparing stops at the first byte too many. */
const unmetered = () => {};

/**
 * Whether an object is one zstd frame of these bytes, however it was compressed. The frame is walked: for some clients a
 * second frame, or anything else behind the first, is part of the index.
 */
export const unzstdsTo = (object: ByteSource, expected: Uint8Array): Promise<boolean> =>
  unlessRefused(isExactly(decodeZstd(chunksOf(object), unmetered), expected));

/** Whether an object is one bzip2 stream of these bytes, and nothing behind it: some old readers see the first alone. */
export async function unbzip2sTo(object: ByteSource, expected: Uint8Array): Promise<boolean> {
  let isOdd = false;
  const odd = () => {
    isOdd = true;
  };
  return (await unlessRefused(isExactly(decodeBzip2(chunksOf(object), unmetered, odd), expected))) && !isOdd;
}

async function unlessRefused(comparing: Promise<boolean>): Promise<boolean> {
  try {
    return await comparing;
  } catch (error) {
    if (error instanceof GatehouseError && error.code === 'package.refused') return false;
    throw error;
  }
}
