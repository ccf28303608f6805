/** Pulls exact lengths out of a stream of slices. */
export interface ByteReader extends AsyncDisposable {
  /** The next `length` bytes; fewer only when the stream ends first. `length` is held in memory. */
  take(length: number): Promise<Uint8Array>;
  /** A slice of at most `maxBytes`, never empty; null at the end of the stream. */
  some(maxBytes: number): Promise<Uint8Array | null>;
}

/** A reader that holds one slice at a time. Disposing of it stops the stream. */
export function byteReader(chunks: AsyncIterable<Uint8Array>): ByteReader {
  const iterator = chunks[Symbol.asyncIterator]();
  let rest: Uint8Array = new Uint8Array();
  let ended = false;

  const some = async (maxBytes: number): Promise<Uint8Array | null> => {
    while (rest.length === 0 && !ended) {
      const next = await iterator.next();
      if (next.done) ended = true;
      else rest = next.value;
    }
    if (rest.length === 0) return null;
    const slice = rest.subarray(0, maxBytes);
    rest = rest.subarray(slice.length);
    return slice;
  };

  const fill = async (whole: Uint8Array, filled: number): Promise<Uint8Array> => {
    for (let at = filled; at < whole.length; ) {
      const slice = await some(whole.length - at);
      if (slice === null) return whole.subarray(0, at);
      whole.set(slice, at);
      at += slice.length;
    }
    return whole;
  };

  const take = async (length: number): Promise<Uint8Array> => {
    const first = length === 0 ? null : await some(length);
    if (first === null) return new Uint8Array();
    if (first.length === length) return first;
    const whole = new Uint8Array(length);
    whole.set(first);
    return fill(whole, first.length);
  };

  return {
    some,
    take,
    async [Symbol.asyncDispose]() {
      if (!ended) await iterator.return?.();
    },
  };
}

export const viewOf = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.length);

/** A loop, since a callback for each byte takes ten times as long, and a tar ends in kilobytes of zeros. */
export function allZero(bytes: Uint8Array): boolean {
  for (const byte of bytes) if (byte !== 0) return false;
  return true;
}
