/**
 * The 256 byte values, the one used last at the front (move-to-front coding): four in a word, the first the lowest.
 * Moved 16 at a time, for that a loop ends where it was not expected costs more than a few words moved in vain.
 */
export type FrontList = Int32Array;

const row = 16;
const perWord = 4;

export const emptyFrontList = (): FrontList => new Int32Array(256 / perWord);

/** Sets the order to that of `values`, 256 of them. */
export function resetFront(list: FrontList, values: Uint8Array): void {
  const at = (i: number): number => values[i] ?? 0;
  for (let i = 0; i < list.length; i++) {
    const first = i * perWord;
    list[i] = at(first) | (at(first + 1) << 8) | (at(first + 2) << 16) | (at(first + 3) << 24);
  }
}

export const frontOf = (list: FrontList): number => (list[0] ?? 0) & 255;

/** Moves the byte at `place` to the front and gives it back. */
export function takeToFront(list: FrontList, place: number): number {
  const byte = ((list[place >>> 2] ?? 0) >>> ((place & 3) << 3)) & 255;
  const last = (place >>> 4) * perWord;
  let carry = byte;
  for (let i = 0; i < last; i += perWord) carry = pushRow(list, i, carry);
  pushPart(list, last, { carry, place: place & (row - 1) });
  return byte;
}

/** Puts a byte before the 16 of the row at `at` and gives back the one that falls out behind. */
function pushRow(list: FrontList, at: number, carry: number): number {
  const a = list[at] ?? 0;
  const b = list[at + 1] ?? 0;
  const c = list[at + 2] ?? 0;
  const d = list[at + 3] ?? 0;
  list[at] = (a << 8) | carry;
  list[at + 1] = (b << 8) | (a >>> 24);
  list[at + 2] = (c << 8) | (b >>> 24);
  list[at + 3] = (d << 8) | (c >>> 24);
  return d >>> 24;
}

/** By the place in its row of the byte that was taken: of each word the bytes up to it, which move. */
const moved = Int32Array.from({ length: row * perWord }, (_, i) => {
  const bytes = Math.min(Math.max((i >> 2) + 1 - (i & 3) * 4, 0), 4);
  return bytes === 4 ? -1 : 2 ** (bytes * 8) - 1;
});

/** As `pushRow`, over the byte at `place`: it falls out. */
function pushPart(list: FrontList, at: number, { carry, place }: { carry: number; place: number }): void {
  const a = list[at] ?? 0;
  const b = list[at + 1] ?? 0;
  const c = list[at + 2] ?? 0;
  const d = list[at + 3] ?? 0;
  const part = place * perWord;
  list[at] = merged(a, (a << 8) | carry, part);
  list[at + 1] = merged(b, (b << 8) | (a >>> 24), part + 1);
  list[at + 2] = merged(c, (c << 8) | (b >>> 24), part + 2);
  list[at + 3] = merged(d, (d << 8) | (c >>> 24), part + 3);
}

function merged(kept: number, pushed: number, part: number): number {
  const mask = moved[part] ?? 0;
  return (kept & ~mask) | (pushed & mask);
}
