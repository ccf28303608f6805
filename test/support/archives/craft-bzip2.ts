/** Bits as text, the most significant first. */
export const word = (value: number, width: number): string => (value >>> 0).toString(2).padStart(width, '0');

export const bitsOf = (bytes: Uint8Array): string => Array.from(bytes, (byte) => word(byte, 8)).join('');

export function bytesOf(bits: string): Uint8Array {
  const padded = bits.padEnd(Math.ceil(bits.length / 8) * 8, '0');
  return Uint8Array.from({ length: padded.length / 8 }, (_, i) => Number.parseInt(padded.slice(i * 8, i * 8 + 8), 2));
}

export const endMarker = 0x177245385090n.toString(2).padStart(48, '0');
const blockMarker = 0x314159265359n.toString(2).padStart(48, '0');

/** What a compressor would never write can be written with these. */
export interface CraftedBlock {
  readonly level?: number;
  readonly crc?: number;
  readonly randomised?: boolean;
  readonly origin: number;
  /** The byte values that the block says it has. */
  readonly values: readonly number[];
  /** Of each selector, the place of its table. */
  readonly selectors: readonly number[];
  /** Of each table, its code lengths, any numbers; or the bits that say them. */
  readonly lengths: readonly (readonly number[] | string)[];
  /** The symbols' codes, as bits. */
  readonly payload: string;
}

/** The bits of a stream of one block up to the end of its payload, without an end. */
export function craftBlock(block: CraftedBlock): string {
  const { level = 1, crc = 0, randomised = false, origin, values, selectors, lengths, payload } = block;
  const present = (from: number, to: number) => values.some((value) => value >= from && value < to);
  const sixteenths = Array.from({ length: 16 }, (_, i) => i * 16).filter((from) => present(from, from + 16));
  const flags = (from: number, step: number) =>
    Array.from({ length: 16 }, (_, i) => (present(from + i * step, from + (i + 1) * step) ? '1' : '0')).join('');
  return [
    bitsOf(Buffer.from(`BZh${level}`)),
    blockMarker,
    word(crc, 32),
    randomised ? '1' : '0',
    word(origin, 24),
    flags(0, 16),
    ...sixteenths.map((from) => flags(from, 1)),
    word(lengths.length, 3),
    word(selectors.length, 15),
    ...selectors.map((place) => `${'1'.repeat(place)}0`),
    ...lengths.map(steps),
    payload,
  ].join('');
}

function steps(lengths: readonly number[] | string): string {
  if (typeof lengths === 'string') return lengths;
  let last = lengths[0] ?? 0;
  const step = (length: number): string => {
    const bits = length > last ? '10'.repeat(length - last) : '11'.repeat(last - length);
    last = length;
    return `${bits}0`;
  };
  return word(last, 5) + lengths.map(step).join('');
}

/** The stream ended: its one block's CRC put in, then the end and the stream's CRC, which is the same. */
export function endStream(bits: string, crc: number): Uint8Array {
  const start = 32 + 48;
  return bytesOf(`${bits.slice(0, start)}${word(crc, 32)}${bits.slice(start + 32)}${endMarker}${word(crc, 32)}`);
}

/** The digits of a run of `count`: 1 and 2, the lowest first, as symbols 0 and 1. */
export function runDigits(count: number): number[] {
  const digits = [];
  for (let rest = count; rest > 0; rest = (rest - 1) >> 1) digits.push((rest - 1) & 1);
  return digits;
}
