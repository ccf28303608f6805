/** Bytes that can be read at any place: a file, a ranged object in a bucket, a buffer. */
export interface ByteSource {
  /** Bytes in all. */
  readonly size: number;
  /**
   * The bytes from `start` up to but not including `end`, which must lie within the source.
   * Rejects when fewer can be had: a short read is an error, never a short answer.
   *
   * @param into memory for so many bytes or more, which the answer may lie in: whoever gives it is done with what it held
   */
  read(start: number, end: number, into?: Uint8Array): Promise<Uint8Array>;
}

/** Bytes of a slice: at 256 KiB one pass of hashing and reading costs least (measured; smaller costs 15 %). */
export const chunkSize = 256 * 1024;

/** Yields the source's bytes in order, in slices of at most `chunkSize`. */
export async function* chunksOf(source: ByteSource, start = 0, end = source.size): AsyncGenerator<Uint8Array> {
  for (let at = start; at < end; at += chunkSize) yield source.read(at, Math.min(end, at + chunkSize));
}

/** Makes a source of bytes in memory. */
export function bytesSource(bytes: Uint8Array): ByteSource {
  return {
    size: bytes.length,
    async read(start, end) {
      if (start < 0 || end > bytes.length || start > end) throw new RangeError(`no bytes ${start}-${end}`);
      return bytes.subarray(start, end);
    },
  };
}

/** So that the eight documents of a small channel lie in 64 MiB. */
const maxHeldBytes = 8 * 1024 ** 2;

/** A source that is read in a thousand places: in memory where it is small, since each read of a file costs some 50 µs. */
export const heldIfSmall = async (source: ByteSource): Promise<ByteSource> =>
  source.size > maxHeldBytes ? source : bytesSource(await source.read(0, source.size));

/**
 * Keeps a source that fits a slice in memory once it was read as a whole: hashing a small package and then reading its
 * metadata costs one read. Memory is one slice.
 */
export function keptOnceRead<T extends ByteSource>(source: T): T {
  let kept: Promise<Uint8Array> | undefined;
  return {
    ...source,
    async read(start, end) {
      if (kept === undefined && start === 0 && end === source.size && end <= chunkSize) kept = source.read(0, end);
      return kept === undefined ? source.read(start, end) : (await kept).subarray(start, end);
    },
  };
}

/** Whether two runs of bytes are the same. */
export const sameBytes = (a: Uint8Array, b: Uint8Array): boolean => Buffer.compare(a, b) === 0;
