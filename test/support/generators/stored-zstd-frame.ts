/** RFC 8878: no block holds more. */
const largestBlock = 128 * 1024;
const rawBlock = 0;

/**
 * One zstd frame of raw blocks (RFC 8878), for bytes that do not compress and need not be in memory at once. Node's
 * createZstdCompress is no use here: ended while a write is pending it adds a second, empty frame (seen in 24.21).
 */
export function* storedZstdFrame(chunks: Iterable<Uint8Array>): Generator<Uint8Array> {
  const windowDescriptor = 7 << 3; // 2^(10 + 7) bytes
  yield Buffer.of(0x28, 0xb5, 0x2f, 0xfd, 0, windowDescriptor);
  for (const bytes of chunks) {
    for (let at = 0; at < bytes.length; at += largestBlock) {
      const block = bytes.subarray(at, at + largestBlock);
      yield blockHeader(block.length, false);
      yield block;
    }
  }
  yield blockHeader(0, true);
}

function blockHeader(size: number, last: boolean): Uint8Array {
  const header = Buffer.alloc(3);
  header.writeUIntLE((size << 3) | (rawBlock << 1) | Number(last), 0, 3);
  return header;
}
