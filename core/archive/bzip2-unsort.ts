import type { SortedBlock } from './bzip2-sorted.ts';

/** For each place of a sorted block a byte and, above its 8 bits, another place. */
export interface Links {
  /** The byte of the text that belongs here, and where the next one is. */
  readonly next: Uint32Array;
  /** The byte before that one, and where it is. */
  readonly previous: Uint32Array;
}

export const emptyLinks = (size: number): Links => ({ next: new Uint32Array(size), previous: new Uint32Array(size) });

/**
 * Undoes the Burrows-Wheeler transform: puts the text that starts at `origin` in place of the sorted bytes.
 *
 * It is read from both ends at once, for each step waits for memory and two wait no longer than one. The places form a
 * ring that is as long as the text, or that it goes round a whole number of times, so both ends meet at one place; only
 * in a made-up block they do not, and its text is what C's bzip2 says: read from the start.
 */
export function unsort(sorted: SortedBlock, origin: number, links: Links): void {
  fillLinks(sorted, links);
  if (!readBothWays(sorted, origin, links)) readForwards(sorted, origin, links);
}

const starts = new Uint32Array(256);

function fillLinks({ bytes, length, counts }: SortedBlock, { next, previous }: Links): void {
  let sum = 0;
  for (let value = 0; value < 256; value++) {
    starts[value] = sum;
    sum += counts[value] ?? 0;
  }
  for (let i = 0; i < length; i++) {
    const byte = bytes[i] ?? 0;
    const place = starts[byte] ?? 0;
    starts[byte] = place + 1;
    next[place] = (i << 8) | byte;
    previous[i] = (place << 8) | byte;
  }
}

/** Whether both ends met. */
function readBothWays({ bytes, length }: SortedBlock, origin: number, { next, previous }: Links): boolean {
  let head = origin;
  let tail = origin;
  for (let first = 0, last = length - 1; first <= last; first++, last--) {
    const after = next[head] ?? 0;
    head = after >>> 8;
    bytes[first] = after;
    if (first === last) break;
    const before = previous[tail] ?? 0;
    tail = before >>> 8;
    bytes[last] = before;
  }
  return head === tail;
}

function readForwards({ bytes, length }: SortedBlock, origin: number, { next }: Links): void {
  let at = origin;
  for (let i = 0; i < length; i++) {
    const link = next[at] ?? 0;
    at = link >>> 8;
    bytes[i] = link;
  }
}
