import { Buffer } from 'node:buffer';

/** The most a block may hold. */
const blockSize = 128 * 1024;
const headSize = 9;
const blockHeadSize = 3;

/**
 * Bytes as one zstd frame that compresses nothing: a single segment of raw blocks (RFC 8878, 3.1.1). What is read once
 * in the same process need not shrink, and node:zlib's context for each of 20,000 records' shards was half of the time
 * it takes to make them. Up to 4 GiB.
 */
export function storedZstd(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const blocks = Math.max(1, Math.ceil(bytes.length / blockSize));
  const frame = Buffer.from(new ArrayBuffer(headSize + blocks * blockHeadSize + bytes.length));
  frame.writeUInt32LE(0xfd2fb528);
  frame.writeUInt8(0b1010_0000, 4);
  frame.writeUInt32LE(bytes.length, 5);
  for (let block = 0; block < blocks; block++) {
    const body = bytes.subarray(block * blockSize, (block + 1) * blockSize);
    const at = headSize + block * (blockHeadSize + blockSize);
    const last = block === blocks - 1 ? 1 : 0;
    frame.writeUIntLE(body.length * 8 + last, at, blockHeadSize);
    frame.set(body, at + blockHeadSize);
  }
  return frame;
}
