import { refuse } from './finding.ts';

const mebi = 1024 ** 2;
const gibi = 1024 ** 3;

/** What a package may cost to read. Sizes are bytes. */
export interface ReadLimits {
  /** Of the package file itself. */
  readonly compressedBytes: number;
  /** Of everything decoded. */
  readonly totalBytes: number;
  /** Members, both tarballs of a `.conda` together. */
  readonly entries: number;
  /** Of all member names, and of the folders that they lie in, each once: the one thing a whole-package read keeps in memory. */
  readonly nameBytes: number;
  /** Of one JSON file of `info/`. */
  readonly jsonBytes: number;
  /** Decoded over compressed size, held only once more than `ratioFrom` bytes are decoded. */
  readonly ratio: number;
  readonly ratioFrom: number;
}

/** PyPI's numbers (warehouse `utils/zipfiles.py`), but for names: 200,000 of 160 bytes. The largest ratio of 687 real packages was 30.5. */
export const defaultLimits: ReadLimits = {
  compressedBytes: 2 * gibi,
  totalBytes: 8 * gibi,
  entries: 200_000,
  nameBytes: 32 * mebi,
  jsonBytes: 64 * mebi,
  ratio: 50,
  ratioFrom: 64 * mebi,
};

/** Counts decoded bytes as they appear; throws once there are too many. */
export type Meter = (bytes: number) => void;

export interface DecodeBudget {
  /** A meter for one compressed stream of `compressed` bytes; all meters share the total. */
  meter(compressed: number): Meter;
  /** Bytes decoded so far. */
  spent(): number;
}

/**
 * Holds decoding to the limits while it runs, by real bytes and not by declared ones.
 *
 * A meter throws GatehouseError `package.refused` with `A13.total` or `A13.ratio`.
 */
export function startBudget(limits: ReadLimits): DecodeBudget {
  let total = 0;
  const meter = (compressed: number): Meter => {
    let decoded = 0;
    return (bytes) => {
      decoded += bytes;
      total += bytes;
      if (total > limits.totalBytes) refuse('A13.total', `more than ${limits.totalBytes} bytes unpacked`);
      if (decoded > limits.ratioFrom && decoded > compressed * limits.ratio) {
        refuse('A13.ratio', `${compressed} bytes unpack to more than ${decoded}, over ${limits.ratio} times as many`);
      }
    };
  };
  return { meter, spent: () => total };
}
