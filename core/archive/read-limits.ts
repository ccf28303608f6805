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
  /** Of all member names together: the one thing a whole-package read keeps in memory. */
  readonly nameBytes: number;
  /** Of one JSON file of `info/`. */
  readonly jsonBytes: number;
  /** Decoded over compressed size, held only once more than `ratioFrom` bytes are decoded. */
  readonly ratio: number;
  readonly ratioFrom: number;
}

/** PyPI's numbers (warehouse `utils/zipfiles.py`); the largest ratio of 687 real packages was 30.5. */
export const defaultLimits: ReadLimits = {
  compressedBytes: 2 * gibi,
  totalBytes: 8 * gibi,
  entries: 200_000,
  nameBytes: 64 * mebi,
  jsonBytes: 64 * mebi,
  ratio: 50,
  ratioFrom: 64 * mebi,
};
