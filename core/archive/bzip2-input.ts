import type { ByteReader } from './byte-reader.ts';
import type { BitReader } from './bzip2-bits.ts';
import { findMarker, markerSpan } from './bzip2-marker.ts';
import { slack } from './bzip2-symbols.ts';

/**
 * No block is longer: 32,767 selectors of 50 symbols of 20 bits are 4.1 MB, and the tables before them small.
 * A real one of 900 kB of random bytes is 0.92 MB.
 */
const longestBlock = 4.5 * 1024 ** 2;
const step = 64 * 1024;

/** Compressed bytes held from the block being decoded on. */
export interface BzipInput {
  /** The bytes held, and the next bit to read. */
  readonly bits: BitReader;
  /** Whether the input ends with the bytes held. */
  ended(): boolean;
  /** Forgets what has been read and reads until `length` bytes are held from there, or the input ends. */
  fill(length: number): Promise<void>;
  /** Reads until the marker behind the block that starts here is held, or a whole block must be. */
  fillBlock(): Promise<void>;
  /** Reads all that a block can be. */
  fillLongest(): Promise<void>;
}

export function bzipInput(reader: ByteReader): BzipInput {
  const bits = { bytes: new Uint8Array(), length: 0, at: 0 };
  let ended = false;

  const more = async () => {
    const bytes = await reader.some(step);
    if (bytes === null) ended = true;
    else append(bits, bytes);
  };
  const fill = async (length: number) => {
    forget(bits);
    while (bits.length < length && !ended) await more();
  };
  return {
    bits,
    ended: () => ended,
    fill,
    fillLongest: () => fill(longestBlock),
    async fillBlock() {
      await fill(markerSpan);
      for (let from = markerSpan - 1; bits.length < longestBlock && !ended; ) {
        if (findMarker(bits.bytes.subarray(0, bits.length), from) >= 0) return;
        from = Math.max(from, bits.length - markerSpan + 1);
        await more();
      }
    },
  };
}

/** Forgets whole bytes that have been read. Moves no more than so many: 4 MB held would be moved for each block of 20 bytes. */
function forget(bits: BitReader): void {
  const read = bits.at >>> 3;
  if (read === 0) return;
  const rest = bits.length - read;
  if (rest > read) bits.bytes = bits.bytes.subarray(read);
  else {
    bits.bytes.copyWithin(0, read, bits.length);
    bits.bytes.fill(0, rest, bits.length);
  }
  bits.length = rest;
  bits.at &= 7;
}

function append(bits: BitReader, bytes: Uint8Array): void {
  const length = bits.length + bytes.length;
  if (length + slack > bits.bytes.length) {
    const larger = new Uint8Array(length + bits.length + slack);
    larger.set(bits.bytes.subarray(0, bits.length));
    bits.bytes = larger;
  }
  bits.bytes.set(bytes, bits.length);
  bits.length = length;
}
