/** Compressed bytes in memory, and how far they have been read. */
export interface HeldBits {
  bytes: Uint8Array;
  /** The next bit to read, the most significant of a byte first. */
  at: number;
}

/** The next `count` bits, 1 to 25. Zeros follow the last byte: `overrun` tells. */
export function readBits(bits: HeldBits, count: number): number {
  const { bytes, at } = bits;
  const byte = at >>> 3;
  const high = ((bytes[byte] ?? 0) << 24) | ((bytes[byte + 1] ?? 0) << 16);
  const word = high | ((bytes[byte + 2] ?? 0) << 8) | (bytes[byte + 3] ?? 0);
  bits.at = at + count;
  return (word << (at & 7)) >>> (32 - count);
}

export function readUint32(bits: HeldBits): number {
  const high = readBits(bits, 16);
  return high * 0x10000 + readBits(bits, 16);
}

/** Whether bits were read that are not there. */
export const overrun = ({ bytes, at }: HeldBits): boolean => at > bytes.length * 8;

/** The 48 bits that start each block, the digits of pi, and those that end a stream, the digits of its square root. */
const blockMarker = 0x314159265359n;
export const endMarker = 0x177245385090n;
export const markerBits = 48;
/** A marker starts at any bit, so it can reach into a seventh byte. */
export const markerSpanBytes = 7;

/** What the next 48 bits are, which are then read; null when they are no marker. */
export function readMarker(bits: HeldBits): 'block' | 'end' | null {
  const high = readBits(bits, 24);
  const low = readBits(bits, 24);
  if (high === 0x314159 && low === 0x265359) return 'block';
  return high === 0x177245 && low === 0x385090 ? 'end' : null;
}

/** Whether a stream's end marker and its CRC are the last of these bytes: up to seven bits fill the last one. */
export function endsStream(bytes: Uint8Array): boolean {
  const last = bytes.length * 8 - markerBits - 32;
  for (let at = last; at > last - 8 && at >= 0; at--) if (readMarker({ bytes, at }) === 'end') return true;
  return false;
}

/**
 * For each byte behind a marker's first, and each value of it, the 16 ways to be a marker (2 markers at 8 bit offsets)
 * that agree. Random bytes agree in all three places once in a million, so few places are looked at twice.
 */
const [second, third, fourth] = [waysByValue(1), waysByValue(2), waysByValue(3)];

function waysByValue(place: number): Uint16Array {
  const ways = new Uint16Array(256);
  for (const [i, marker] of [blockMarker, endMarker].entries()) {
    for (let bit = 0; bit < 8; bit++) {
      const value = Number((marker >> BigInt(40 - place * 8 + bit)) & 0xffn);
      ways[value] = (ways[value] ?? 0) | (1 << (i * 8 + bit));
    }
  }
  return ways;
}

/** The first byte, from `from` on, in which a marker starts; -1 when there is none that lies whole in `bytes`. */
export function findMarker(bytes: Uint8Array, from: number): number {
  const waysAt = (ways: Uint16Array, at: number): number => ways[bytes[at] ?? 0] ?? 0;
  for (let at = from; at <= bytes.length - markerSpanBytes; at++) {
    if ((waysAt(second, at + 1) & waysAt(third, at + 2) & waysAt(fourth, at + 3)) === 0) continue;
    for (let bit = 0; bit < 8; bit++) if (readMarker({ bytes, at: at * 8 + bit }) !== null) return at;
  }
  return -1;
}
