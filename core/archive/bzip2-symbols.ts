import type { BitReader } from './bzip2-bits.ts';
import { type HuffmanTable, longestCode, lookupBits } from './bzip2-huffman.ts';

/** As many symbols are read by one table, then the next is chosen. */
export const groupSize = 50;
/** Bytes behind the last that must be there, as zeros: a group can end that far behind, and four are looked at. */
export const slack = Math.ceil((groupSize * longestCode) / 8) + 8;

/**
 * Reads symbols of one group into `symbols`, up to `end` or to 50, and gives back how many; -1 when there is a code that
 * the table has not. Past the input's end it reads zeros: see `overrun`.
 */
export function readGroup(bits: BitReader, table: HuffmanTable, into: { symbols: Uint16Array; end: number }): number {
  const { bytes, at } = bits;
  const { lookup } = table;
  const { symbols, end } = into;
  let byte = at >>> 3;
  let word = bytes[byte++] ?? 0;
  let left = 8 - (at & 7);
  for (let i = 0; i < groupSize; i++) {
    while (left < longestCode) {
      word = (word << 8) | (bytes[byte++] ?? 0);
      left += 8;
    }
    const found =
      lookup[(word >>> (left - lookupBits)) & ((1 << lookupBits) - 1)] ||
      longSymbol(table, word >>> (left - longestCode));
    if (found === 0) return noSymbol(bits, byte * 8 - left);
    left -= found >>> 9;
    const symbol = found & 511;
    symbols[i] = symbol;
    if (symbol === end) {
      bits.at = byte * 8 - left;
      return i + 1;
    }
  }
  bits.at = byte * 8 - left;
  return groupSize;
}

/** The symbol of a code longer than a look, as `length << 9 | symbol`; 0 when there is none. */
function longSymbol({ limit, base, symbols }: HuffmanTable, word: number): number {
  for (let length = lookupBits + 1; length <= longestCode; length++) {
    const value = (word & ((1 << longestCode) - 1)) >>> (longestCode - length);
    if (value <= (limit[length] ?? -1)) return (length << 9) | (symbols[value - (base[length] ?? 0)] ?? 0);
  }
  return 0;
}

/** The longest code has been looked at: it may reach behind the input's end. */
function noSymbol(bits: BitReader, at: number): number {
  bits.at = at + longestCode;
  return -1;
}
