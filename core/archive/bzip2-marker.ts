import { type BitReader, readBits } from './bzip2-bits.ts';

/** The 48 bits that start each block: the digits of pi; and those that end a stream: of its root. */
const blockMarker = 0x314159265359n;
const endMarker = 0x177245385090n;

/** Whether a stream's end marker and its CRC are the last of these bytes: up to seven bits fill the last one. */
export function endsStream(bytes: Uint8Array): boolean {
  const last = bytes.length * 8 - 80;
  for (let at = last; at > last - 8 && at >= 0; at--) {
    if (readMarker({ bytes, length: bytes.length, at }) === 'end') return true;
  }
  return false;
}

/** A marker starts at any bit, so it can reach into a seventh byte. */
export const markerSpan = 7;

/** What the next 48 bits are, which are then read; null when they are no marker. */
export function readMarker(bits: BitReader): 'block' | 'end' | null {
  const high = readBits(bits, 24);
  const low = readBits(bits, 24);
  if (high === 0x314159 && low === 0x265359) return 'block';
  return high === 0x177245 && low === 0x385090 ? 'end' : null;
}

/**
 * For each place of a byte behind a marker's first, and each value: the 16 ways (2 markers, 8 bit offsets) that agree.
 * Three whole bytes leave one false way in a million, so few places are looked at twice.
 */
const agreeing = [1, 2, 3].map((place) => {
  const table = new Uint16Array(256);
  for (const [i, marker] of [blockMarker, endMarker].entries()) {
    for (let bit = 0; bit < 8; bit++) {
      const value = Number((marker >> BigInt(40 - place * 8 + bit)) & 0xffn);
      table[value] = (table[value] ?? 0) | (1 << (i * 8 + bit));
    }
  }
  return table;
});

/** The first byte, from `from` on, in which a marker starts; -1 when there is none that lies whole in `bytes`. */
export function findMarker(bytes: Uint8Array, from: number): number {
  const [first = agreeingNone, second = agreeingNone, third = agreeingNone] = agreeing;
  const last = bytes.length - markerSpan;
  for (let at = from; at <= last; at++) {
    const ways = waysAt(first, bytes[at + 1]) & waysAt(second, bytes[at + 2]) & waysAt(third, bytes[at + 3]);
    if (ways !== 0 && startsIn(bytes, at)) return at;
  }
  return -1;
}

const agreeingNone = new Uint16Array(256);
const waysAt = (table: Uint16Array, byte: number | undefined): number => table[byte ?? 0] ?? 0;

function startsIn(bytes: Uint8Array, at: number): boolean {
  for (let bit = 0; bit < 8; bit++) {
    if (readMarker({ bytes, length: bytes.length, at: at * 8 + bit }) !== null) return true;
  }
  return false;
}
