import compressjs from 'compressjs';
import { runPython } from '../machine/run-python.ts';
import { bitsOf, bytesOf, endMarker, word } from './craft-bzip2.ts';

/** One bzip2 stream; `level` 1 to 9 is the block size in 100 kB. */
export function bzip2(data: string | Uint8Array, level = 1): Uint8Array {
  return Buffer.from(compressjs.Bzip2.compressFile(Buffer.from(data), undefined, level));
}

/**
 * Some 700 bytes that decode to a gigabyte of zeros: the one block of 46 MB that C's bzip2 makes of them, repeated in
 * one stream, whose CRC folds the block's in each time.
 */
export function bzip2Bomb(blocks = 22): Uint8Array {
  const script = 'import bz2,sys; print(bz2.compress(bytes(900000 * 51 - 1000)).hex())';
  const [hex = ''] = runPython(script, []);
  const stream = bitsOf(Buffer.from(hex, 'hex'));
  const block = stream.slice(32, stream.indexOf(endMarker));
  const blockCrc = Number.parseInt(block.slice(48, 80), 2);
  let crc = 0;
  for (let i = 0; i < blocks; i++) crc = ((crc << 1) | (crc >>> 31)) ^ blockCrc;
  const all = `${stream.slice(0, 32)}${block.repeat(blocks)}${endMarker}${word(crc, 32)}`;
  return bytesOf(all);
}
