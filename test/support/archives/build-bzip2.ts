import compressjs from 'compressjs';
import { bitsOf, bytesOf, endMarker, word } from './craft-bzip2.ts';

/** One bzip2 stream; `level` 1 to 9 is the block size in 100 kB. */
export function bzip2(data: string | Uint8Array, level = 1): Uint8Array {
  return Buffer.from(compressjs.Bzip2.compressFile(Buffer.from(data), undefined, level));
}

/** What C's bzip2 makes of 45,899,000 zeros (`bzip2.oracle.ts` makes it anew): one block. */
export const zerosByC =
  '425a68393141592653591a683c43015f8e6000c00040000008200030cc09aa69a85404b6a42a025e2ee48a70a12034d07886';

/**
 * Some 700 bytes that decode to a gigabyte of zeros: the one block of 46 MB that C's bzip2 makes of them, repeated in
 * one stream, whose CRC folds the block's in each time.
 */
export function bzip2Bomb(blocks = 22): Uint8Array {
  const stream = bitsOf(Buffer.from(zerosByC, 'hex'));
  const block = stream.slice(32, stream.indexOf(endMarker));
  const blockCrc = Number.parseInt(block.slice(48, 80), 2);
  let crc = 0;
  for (let i = 0; i < blocks; i++) crc = ((crc << 1) | (crc >>> 31)) ^ blockCrc;
  const all = `${stream.slice(0, 32)}${block.repeat(blocks)}${endMarker}${word(crc, 32)}`;
  return bytesOf(all);
}
