/** Looks for a text in bytes that come in slices, also across their bounds. */
export interface TextSearch {
  see(bytes: Uint8Array): void;
  isFound(): boolean;
}

/** Of a text that is looked for: conda-build's and rattler-build's placeholders have 255, and no path of Linux has more. */
const maxTextBytes = 4096;
const endingBytes = 32;

/**
 * Memory is a slice, and five times the text; one of more than 4096 bytes is not found. Node's own search takes 150 ms for a MiB of
 * one letter when what is looked for is that letter a thousand times with another in the middle. So it looks for the text's
 * ending alone, and where that is, a search whose steps are counted looks for the whole.
 */
export function textSearch(text: string): TextSearch {
  const needle = Buffer.from(text);
  if (needle.length > maxTextBytes) return { see: () => {}, isFound: () => false };
  const ending = needle.subarray(-endingBytes);
  const borders = bordersOf(needle);
  let isFound = false;
  let tail = Buffer.alloc(0);
  return {
    see(bytes) {
      if (isFound) return;
      const here = Buffer.concat([tail, bytes]);
      isFound = here.includes(ending) && occurs(here, { needle, borders });
      tail = here.subarray(Math.max(here.length - needle.length + 1, 0));
    },
    isFound: () => isFound,
  };
}

interface Sought {
  readonly needle: Uint8Array;
  /** For each start of the text, how long the longest shorter start is that it ends with. */
  readonly borders: Int32Array;
}

/** Knuth, Morris and Pratt's search: two steps for a byte at most, whatever is looked for. */
function occurs(bytes: Uint8Array, { needle, borders }: Sought): boolean {
  let matched = 0;
  for (let at = 0; at < bytes.length && matched < needle.length; at++) {
    matched = matchedBy(bytes[at] ?? 0, matched, { needle, borders });
  }
  return matched === needle.length;
}

/** How much of the text's start the bytes end with, the next one among them, after `matched` of it. */
function matchedBy(byte: number, matched: number, { needle, borders }: Sought): number {
  let at = matched;
  while (at > 0 && needle[at] !== byte) at = borders[at - 1] ?? 0;
  return needle[at] === byte ? at + 1 : 0;
}

function bordersOf(needle: Uint8Array): Int32Array {
  const borders = new Int32Array(needle.length);
  for (let at = 1; at < needle.length; at++) {
    borders[at] = matchedBy(needle[at] ?? 0, borders[at - 1] ?? 0, { needle, borders });
  }
  return borders;
}
