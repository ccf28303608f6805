import type { Input } from 'seek-bzip';
import type { ByteReader } from './byte-reader.ts';
import { findMarker, markerSpan } from './bzip2-marker.ts';

/** Thrown into seek-bzip, which reads synchronously, when it asks for a byte that is not there yet. */
export const needsMore = new Error('more compressed bytes are needed');

/**
 * No block is longer: 32,767 selectors of 50 symbols of 20 bits are 4.1 MB, and the tables before them small.
 * A real one of 900 kB of random bytes is 0.92 MB.
 */
const longestBlock = 4.5 * 1024 ** 2;
const step = 64 * 1024;

/** Compressed bytes held from the block being decoded on; positions count from the stream's first byte. */
export interface BzipInput extends Input {
  /** The next byte `readByte` gives. */
  position(): number;
  ended(): boolean;
  /** The bytes held from `position` on. */
  held(): Uint8Array;
  /** Forgets what is before `position` and reads until `length` bytes are held from there, or the input ends. */
  fill(length: number): Promise<void>;
  /** Reads until the marker behind the block that starts at `position` is held, or a whole block must be. */
  fillBlock(): Promise<void>;
  /** Reads all that a block can be. */
  fillLongest(): Promise<void>;
}

export function bzipInput(reader: ByteReader): BzipInput {
  let bytes: Uint8Array = new Uint8Array();
  let base = 0;
  let at = 0;
  let ended = false;

  const more = async () => {
    const slice = await reader.take(step);
    ended = slice.length < step;
    bytes = Buffer.concat([bytes, slice]);
  };
  const fill = async (length: number) => {
    bytes = bytes.subarray(at);
    base += at;
    at = 0;
    while (bytes.length < length && !ended) await more();
  };
  return {
    position: () => base + at,
    ended: () => ended && at === bytes.length,
    held: () => bytes.subarray(at),
    fill,
    fillLongest: () => fill(longestBlock),
    async fillBlock() {
      await fill(markerSpan);
      for (let from = markerSpan - 1; bytes.length < longestBlock && !ended; ) {
        if (findMarker(bytes, from) >= 0) return;
        from = Math.max(from, bytes.length - markerSpan + 1);
        await more();
      }
    },
    readByte() {
      const byte = bytes[at];
      if (byte === undefined) throw needsMore;
      at++;
      return byte;
    },
    seek(byte) {
      at = byte - base;
    },
    read(into, offset, length) {
      const part = bytes.subarray(at, at + length);
      into.set(part, offset);
      at += part.length;
      return part.length;
    },
  };
}
