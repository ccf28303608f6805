import { type BitReader, overrun, readBits, readUint32 } from './bzip2-bits.ts';
import { emptyTable, fillTable, type HuffmanTable, largestAlphabet, readLengths } from './bzip2-huffman.ts';
import { refuse } from './finding.ts';

const mostTables = 6;
const mostSelectors = 2 ** 15 - 1;

/** What stands before a block's symbols. Reused from block to block. */
export interface BlockHeader {
  crc: number;
  /** Where in the sorted block its text starts. */
  origin: number;
  /** The byte values that the block has, ascending: the first `used`. */
  readonly values: Uint8Array;
  used: number;
  /** Which table reads each 50 symbols: the first `groups`. */
  readonly selectors: Uint8Array;
  groups: number;
  readonly tables: readonly HuffmanTable[];
}

export const emptyHeader = (): BlockHeader => ({
  crc: 0,
  origin: 0,
  values: new Uint8Array(256),
  used: 0,
  selectors: new Uint8Array(mostSelectors),
  groups: 0,
  tables: Array.from({ length: mostTables }, emptyTable),
});

/** False when the header goes on behind the bytes held. */
export function readBlockHeader(bits: BitReader, header: BlockHeader): boolean {
  header.crc = readUint32(bits);
  const randomised = readBits(bits, 1) === 1;
  header.origin = readBits(bits, 24);
  readValues(bits, header);
  const tables = readBits(bits, 3);
  header.groups = readBits(bits, 15);
  if (overrun(bits)) return false;
  if (randomised) refuse('A7.data', 'a randomised block, which bzip2 has not written since 0.9.5 of 1999');
  if (header.used === 0) refuse('A7.data', 'a bzip2 block without any byte value');
  if (tables < 2 || tables > mostTables) refuse('A7.data', `a bzip2 block of ${tables} Huffman tables`);
  if (header.groups === 0) refuse('A7.data', 'a bzip2 block without selectors');
  return readSelectors(bits, header, tables) && readTables(bits, header, tables);
}

/** Sixteen bits say which sixteenths of the 256 values have bits of their own. */
function readValues(bits: BitReader, header: BlockHeader): void {
  const sixteenths = readBits(bits, 16);
  header.used = 0;
  for (let i = 0; i < 16; i++) {
    if ((sixteenths & (0x8000 >> i)) === 0) continue;
    const present = readBits(bits, 16);
    for (let j = 0; j < 16; j++) if ((present & (0x8000 >> j)) !== 0) header.values[header.used++] = i * 16 + j;
  }
}

/** Each as its place, in ones, among the tables, the one used last at the front. */
function readSelectors(bits: BitReader, { selectors, groups }: BlockHeader, tables: number): boolean {
  const front = [0, 1, 2, 3, 4, 5];
  for (let i = 0; i < groups; i++) {
    let place = 0;
    while (place < tables && readBits(bits, 1) === 1) place++;
    if (place === tables) return bad(bits, 'a bzip2 selector of a table that is not there');
    const table = front[place] ?? 0;
    for (let at = place; at > 0; at--) front[at] = front[at - 1] ?? 0;
    front[0] = table;
    selectors[i] = table;
  }
  return !overrun(bits);
}

const lengths = new Uint8Array(largestAlphabet);

function readTables(bits: BitReader, { tables, used }: BlockHeader, count: number): boolean {
  for (let i = 0; i < count; i++) {
    if (!readLengths(bits, lengths, used + 2)) return bad(bits, 'a bzip2 code length that is not 1 to 20');
    const table = tables[i];
    if (table) fillTable(table, lengths, used + 2);
  }
  return !overrun(bits);
}

/** False when what looks bad was read from behind the bytes held. */
function bad(bits: BitReader, detail: string): false {
  return overrun(bits) ? false : refuse('A7.data', detail);
}
