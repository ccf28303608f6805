import { type ByteSource, bytesSource } from '../../../core/ports/byte-source.ts';

/** A source in memory that adds up what is read from it. */
export function countingSource(bytes: Uint8Array): ByteSource & { readonly counted: { bytes: number; reads: number } } {
  const source = bytesSource(bytes);
  const counted = { bytes: 0, reads: 0 };
  return {
    size: source.size,
    counted,
    read(start, end) {
      counted.bytes += end - start;
      counted.reads++;
      return source.read(start, end);
    },
  };
}
