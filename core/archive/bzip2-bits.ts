/** Bits, the most significant first; behind the last byte come zeros, and `overrun` tells. */
export interface BitReader {
  bytes: Uint8Array;
  /** How many bytes count; what lies behind them in `bytes` is zero. */
  length: number;
  /** The next bit, from the first byte's first on. */
  at: number;
}

/** The next `count` bits, 1 to 25. */
export function readBits(bits: BitReader, count: number): number {
  const { bytes, at } = bits;
  const byte = at >>> 3;
  const high = ((bytes[byte] ?? 0) << 24) | ((bytes[byte + 1] ?? 0) << 16);
  const word = high | ((bytes[byte + 2] ?? 0) << 8) | (bytes[byte + 3] ?? 0);
  bits.at = at + count;
  return (word << (at & 7)) >>> (32 - count);
}

export function readUint32(bits: BitReader): number {
  const high = readBits(bits, 16);
  return high * 0x10000 + readBits(bits, 16);
}

/** Whether bits were read that are not there. */
export const overrun = ({ at, length }: BitReader): boolean => at > length * 8;
