import { states } from './json-grammar.ts';

/** Where a scan is within its slice; the state is the one before the byte at `at`. */
export interface Cursor {
  at: number;
  state: number;
}

const { inText, inKey } = states;
const quote = 0x22;
const backslash = 0x5c;
const lowestPlain = 0x20;

/**
 * Moves the cursor to the next byte that needs acting on and returns what it asks for; or moves it to the slice's end.
 * Most of a repodata is inside strings, where the inner loop needs no table.
 */
export function advance(steps: Uint8Array, chunk: Uint8Array, cursor: Cursor): number {
  const end = chunk.length;
  let { at, state } = cursor;
  let next = state;
  while (at < end) {
    next = steps[(state << 8) | (chunk[at] ?? 0)] ?? 0;
    if (next > inKey) break;
    state = next;
    at++;
    if (next < inText) continue;
    while (at < end && isPlain(chunk[at])) at++;
  }
  cursor.at = at;
  cursor.state = state;
  return next;
}

const isPlain = (byte = quote): boolean => byte >= lowestPlain && byte !== quote && byte !== backslash;
