/** Looks for a text in bytes that come in slices, also across their bounds. */
export interface TextSearch {
  see(bytes: Uint8Array): void;
  isFound(): boolean;
}

/** Memory is twice the text. */
export function textSearch(text: string): TextSearch {
  const needle = Buffer.from(text);
  const overlap = Math.max(needle.length - 1, 0);
  let isFound = false;
  let tail = Buffer.alloc(0);
  return {
    see(bytes) {
      if (isFound) return;
      const here = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
      isFound = here.includes(needle) || Buffer.concat([tail, here.subarray(0, overlap)]).includes(needle);
      tail = overlap === 0 ? tail : Buffer.concat([tail, here.subarray(-overlap)]).subarray(-overlap);
    },
    isFound: () => isFound,
  };
}
