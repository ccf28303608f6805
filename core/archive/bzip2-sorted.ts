import { type BitReader, overrun } from './bzip2-bits.ts';
import { emptyFrontList, frontOf, resetFront, takeToFront } from './bzip2-front.ts';
import type { BlockHeader } from './bzip2-header.ts';
import { groupSize, readGroup } from './bzip2-symbols.ts';
import { refuse } from './finding.ts';

/** A block's bytes as the Burrows-Wheeler transform sorted them. Reused from block to block. */
export interface SortedBlock {
  readonly bytes: Uint8Array;
  length: number;
  /** How often each value comes. */
  readonly counts: Uint32Array;
}

export const emptySorted = (size: number): SortedBlock => ({
  bytes: new Uint8Array(size),
  length: 0,
  counts: new Uint32Array(256),
});

/** A block being read into `sorted`. */
interface Filling {
  readonly sorted: SortedBlock;
  /** The largest number of bytes it may have. */
  readonly most: number;
  /** How often the byte at the front is to come before the next one. */
  run: number;
  /** What the run's next digit counts: its digits are 1 and 2, the lowest first. */
  weight: number;
}

const symbols = new Uint16Array(groupSize);
const front = emptyFrontList();

/** Reads the symbols behind `header` into `sorted`, at most `most` bytes; false when they go on behind those held. */
export function readSorted(bits: BitReader, header: BlockHeader, into: { sorted: SortedBlock; most: number }): boolean {
  const filling = { ...into, run: 0, weight: 1 };
  into.sorted.length = 0;
  into.sorted.counts.fill(0);
  resetFront(front, header.values);
  for (let group = 0; group < header.groups; group++) {
    const count = nextGroup(bits, header, group);
    if (overrun(bits)) return false;
    if (count < 0) refuse('A7.data', 'a bzip2 code that stands for nothing');
    if (takeGroup(filling, count, header.used + 1)) return true;
  }
  return refuse('A7.data', 'a bzip2 block with too few selectors');
}

function nextGroup(bits: BitReader, { tables, selectors, used }: BlockHeader, group: number): number {
  const table = tables[selectors[group] ?? 0];
  return table ? readGroup(bits, table, { symbols, end: used + 1 }) : -1;
}

/** Whether the group holds the block's end. */
function takeGroup(filling: Filling, count: number, end: number): boolean {
  const ends = symbols[count - 1] === end;
  const fits = expand(filling, ends ? count - 1 : count) && (!ends || endRun(filling));
  if (!fits) refuse('A7.data', 'a bzip2 block larger than its stream allows');
  return ends;
}

/** False when the block would be too large, as are the others. */
function expand(filling: Filling, count: number): boolean {
  for (let i = 0; i < count; i++) {
    const symbol = symbols[i] ?? 0;
    const fits = symbol < 2 ? growRun(filling, symbol) : endRun(filling) && addByte(filling, symbol - 1);
    if (!fits) return false;
  }
  return true;
}

/** Checked at each digit, so that the weight stays small. */
function growRun(filling: Filling, symbol: number): boolean {
  filling.run += filling.weight << symbol;
  filling.weight <<= 1;
  return filling.run <= filling.most;
}

function addByte({ sorted, most }: Filling, place: number): boolean {
  const { bytes, counts, length } = sorted;
  if (length === most) return false;
  const byte = takeToFront(front, place);
  counts[byte] = (counts[byte] ?? 0) + 1;
  bytes[length] = byte;
  sorted.length = length + 1;
  return true;
}

function endRun(filling: Filling): boolean {
  const { sorted, most, run } = filling;
  if (run === 0) return true;
  const end = sorted.length + run;
  if (end > most) return false;
  const byte = frontOf(front);
  sorted.counts[byte] = (sorted.counts[byte] ?? 0) + run;
  fillRun(sorted.bytes, byte, sorted.length, end);
  sorted.length = end;
  filling.run = 0;
  filling.weight = 1;
  return true;
}

/** Shorter runs, which most are, take less time than a call. */
const longRun = 32;

function fillRun(bytes: Uint8Array, byte: number, from: number, end: number): void {
  if (end - from >= longRun) bytes.fill(byte, from, end);
  else for (let at = from; at < end; at++) bytes[at] = byte;
}
