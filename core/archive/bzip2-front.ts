const row = 16;

/**
 * Byte values, the one used last at the front (move-to-front coding). To bring the 200th to the front of a plain list
 * moves 200: here the first 16 are four words, moved four at a time, and behind them lie rows that are rings of 16, each
 * of which hands on one.
 */
export interface FrontList {
  /** The lowest byte is the first. */
  readonly words: Int32Array;
  /** Row 0 is not used. */
  readonly rows: Uint8Array;
  /** Where in its row a row starts. */
  readonly starts: Uint8Array;
}

export const emptyFrontList = (): FrontList => ({
  words: new Int32Array(row / 4),
  rows: new Uint8Array(16 * row),
  starts: new Uint8Array(16),
});

/** Sets the order to that of `values`, 256 of them. */
export function resetFront({ words, rows, starts }: FrontList, values: Uint8Array): void {
  rows.set(values);
  starts.fill(0);
  const at = (i: number): number => values[i] ?? 0;
  for (let i = 0; i < row; i += 4) {
    words[i / 4] = at(i) | (at(i + 1) << 8) | (at(i + 2) << 16) | (at(i + 3) << 24);
  }
}

export const frontOf = ({ words }: FrontList): number => (words[0] ?? 0) & 255;

/** Moves the byte at `place` to the front and gives it back. */
export function takeToFront(list: FrontList, place: number): number {
  const { words } = list;
  if (place >= row) return takeFromRow(list, place);
  const last = place >>> 2;
  const shift = (place & 3) << 3;
  const word = words[last] ?? 0;
  const byte = (word >>> shift) & 255;
  const carry = pushWords(words, last, byte);
  // Only the bytes up to the one that was taken move.
  const moved = (0x100 << shift) - 1;
  words[last] = (word & ~moved) | (((word << 8) | carry) & moved);
  return byte;
}

/** Puts `byte` before the first `count` words and gives back the one that falls out behind them. */
function pushWords(words: Int32Array, count: number, byte: number): number {
  let carry = byte;
  for (let i = 0; i < count; i++) {
    const word = words[i] ?? 0;
    words[i] = (word << 8) | carry;
    carry = word >>> 24;
  }
  return carry;
}

function takeFromRow({ words, rows, starts }: FrontList, place: number): number {
  const from = place >>> 4;
  const start = starts[from] ?? 0;
  const at = (from << 4) | ((start + place) & 15);
  const byte = rows[at] ?? 0;
  let carry = pushWords(words, words.length, byte);
  for (let i = 1; i < from; i++) {
    const front = ((starts[i] ?? 0) - 1) & 15;
    starts[i] = front;
    const slot = (i << 4) | front;
    const last = rows[slot] ?? 0;
    rows[slot] = carry;
    carry = last;
  }
  const gap = closeGap(rows, at, place & 15);
  // A gap moved back to the row's end is where it now starts.
  if ((place & 15) >= 8) starts[from] = gap & 15;
  rows[gap] = carry;
  return byte;
}

/** Moves the gap at `at`, `place` from its row's start, to the start or the end, whichever is nearer; where it is then. */
function closeGap(rows: Uint8Array, at: number, place: number): number {
  const base = at & 0xf0;
  const step = place < 8 ? -1 : 1;
  let slot = at;
  for (let i = place < 8 ? place : 15 - place; i > 0; i--) {
    const next = base | ((slot + step) & 15);
    rows[slot] = rows[next] ?? 0;
    slot = next;
  }
  return slot;
}
