import type { ByteSlice } from './json-scan.ts';
import { keyText } from './key-text.ts';

/** By package name: `start, end` of each of its members, pair behind pair, in the document's order. */
export type NameIndex = ReadonlyMap<string, readonly number[]>;

export interface NameIndexBuilder {
  readonly index: NameIndex;
  /** The list that the member with this key belongs to; null when the key has no three fields: nobody asks for it. */
  listFor(key: ByteSlice): number[] | null;
}

const dash = 0x2d;
const backslash = 0x5c;

/** Sorts members by the package name that their keys, which are file names, say. */
export function startNameIndex(): NameIndexBuilder {
  const index = new Map<string, number[]>();
  let lastName = '';
  let lastList: number[] = [];
  return {
    index,
    listFor(key) {
      // Files of one name mostly come together: comparing is cheaper than making a string of each.
      if (lastName !== '' && isText(plainName(key), lastName)) return lastList;
      lastName = nameOf(keyText(key));
      if (lastName === '') return null;
      lastList = index.get(lastName) ?? [];
      index.set(lastName, lastList);
      return lastList;
    },
  };
}

/**
 * The file name without its last two dash-separated fields, and without a path before it, so that `../foo-1-0.conda`
 * is met, and refused, by whoever asks for `foo`.
 */
function nameOf(fileName: string): string {
  const name = fileName.split('-').slice(0, -2).join('-');
  return name.slice(Math.max(name.lastIndexOf('/'), name.lastIndexOf('\\')) + 1);
}

/** The bytes before the last two dashes; null when there are no such, or escapes behind them. */
function plainName({ bytes, from, to }: ByteSlice): ByteSlice | null {
  let dashes = 0;
  for (let i = to - 1; i >= from; i--) {
    const byte = bytes[i];
    if (byte === backslash) return null;
    if (byte === dash && ++dashes === 2) return { bytes, from, to: i };
  }
  return null;
}

function isText(slice: ByteSlice | null, text: string): boolean {
  if (slice === null || text.length !== slice.to - slice.from) return false;
  for (let i = 0; i < text.length; i++) if (text.charCodeAt(i) !== slice.bytes[slice.from + i]) return false;
  return true;
}
