import { type BitReader, readBits } from './bzip2-bits.ts';

export const longestCode = 20;
/** Bits that one look decides: of real blocks' symbols fewer than one in a hundred has a longer code. */
export const lookupBits = 10;
/** A byte that is at the front is a run of symbols 0 and 1; 2 to 256 are the others' places, and the end comes last. */
export const largestAlphabet = 258;

/** A canonical prefix code. C's bzip2 lets one be incomplete or have too many codes: what it can read, it reads. */
export interface HuffmanTable {
  /** By the next `lookupBits` bits: `length << 9 | symbol`; 0 when the code is longer, or none. */
  readonly lookup: Uint16Array;
  /** By length: the largest value of a code of this length; -1 when there are none. */
  readonly limit: Int32Array;
  /** By length: what to take from a code's value for its place in `symbols`. */
  readonly base: Int32Array;
  /** By code. */
  readonly symbols: Uint16Array;
}

export function emptyTable(): HuffmanTable {
  return {
    lookup: new Uint16Array(1 << lookupBits),
    limit: new Int32Array(longestCode + 1),
    base: new Int32Array(longestCode + 1),
    symbols: new Uint16Array(largestAlphabet),
  };
}

/** Reads the code length of each of `count` symbols into `lengths`; false when one is not 1 to 20. */
export function readLengths(bits: BitReader, lengths: Uint8Array, count: number): boolean {
  let length = readBits(bits, 5);
  for (let symbol = 0; symbol < count; symbol++) {
    length = nextLength(bits, length);
    if (length === 0) return false;
    lengths[symbol] = length;
  }
  return true;
}

/** Each differs from the one before by steps: a 1, and then 0 for up. Gives 0 when it leaves its range. */
function nextLength(bits: BitReader, from: number): number {
  let length = from;
  while (length >= 1 && length <= longestCode) {
    if (readBits(bits, 1) === 0) return length;
    length += readBits(bits, 1) === 0 ? 1 : -1;
  }
  return 0;
}

const perLength = new Uint16Array(longestCode + 1);
const placeOf = new Uint16Array(longestCode + 1);

/** Makes the table of the code with these lengths; of too many codes, those that have no value left are unreachable. */
export function fillTable(table: HuffmanTable, lengths: Uint8Array, count: number): void {
  perLength.fill(0);
  for (let symbol = 0; symbol < count; symbol++) {
    const length = lengths[symbol] ?? 0;
    perLength[length] = (perLength[length] ?? 0) + 1;
  }
  let value = 0;
  let place = 0;
  for (let length = 1; length <= longestCode; length++) {
    const codes = perLength[length] ?? 0;
    placeOf[length] = place;
    table.base[length] = value - place;
    table.limit[length] = codes === 0 ? -1 : value + codes - 1;
    value = (value + codes) * 2;
    place += codes;
  }
  for (let symbol = 0; symbol < count; symbol++) {
    const length = lengths[symbol] ?? 0;
    const at = placeOf[length] ?? 0;
    placeOf[length] = at + 1;
    table.symbols[at] = symbol;
  }
  fillLookup(table, lengths, count);
}

/** The values of codes go up with their places, so the looks do. */
function fillLookup({ lookup, symbols }: HuffmanTable, lengths: Uint8Array, count: number): void {
  let at = 0;
  for (let place = 0; place < count && at < lookup.length; place++) {
    const symbol = symbols[place] ?? 0;
    const length = lengths[symbol] ?? 0;
    if (length > lookupBits) break;
    const end = Math.min(at + (1 << (lookupBits - length)), lookup.length);
    while (at < end) lookup[at++] = (length << 9) | symbol;
  }
  lookup.fill(0, at);
}
