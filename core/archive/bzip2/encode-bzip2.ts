import type { Bzip2 } from '../../ports/bzip2.ts';
import { GatehouseError } from '../../problems/error.ts';
import { endMarker, markerBits, readMarker, readUint32 } from './bits.ts';

/** One block of the largest size holds 899,981 symbols, and bytes take at most five for four: this is one at the worst. */
const bytesPerBlock = 700_000;
const header = Buffer.from('BZh9');
const headerBits = header.length * 8;
const crcBits = 32;

/**
 * Streams the bytes as one bzip2 stream: several in a row would cost less here, but rattler reads the first alone. Each
 * block is compressed by itself and its bits are moved to where the last one ended, so that memory is a block's.
 *
 * @throws GatehouseError `internal.bug` when what compresses makes anything but one block of a block
 */
export async function* encodeBzip2(bytes: AsyncIterable<Uint8Array>, bzip2: Bzip2): AsyncGenerator<Uint8Array> {
  const joint = bitJoint();
  yield header;
  let crc = 0;
  for await (const piece of inPieces(bytes, bytesPerBlock)) {
    const block = onlyBlock(await bzip2(piece));
    crc = (((crc << 1) | (crc >>> 31)) ^ block.crc) >>> 0;
    yield joint.append(block.bytes, block.bits);
  }
  const end = Buffer.alloc((markerBits + crcBits) / 8);
  end.writeUIntBE(Number(endMarker), 0, markerBits / 8);
  end.writeUInt32BE(crc, markerBits / 8);
  yield joint.append(end, markerBits + crcBits);
  yield joint.rest();
}

/** The same bytes in pieces of `size`, the last of which may be shorter. A piece is good until the next is asked for. */
async function* inPieces(bytes: AsyncIterable<Uint8Array>, size: number): AsyncGenerator<Uint8Array> {
  const piece = new Uint8Array(size);
  let filled = 0;
  for await (const slice of bytes) {
    for (let at = 0; at < slice.length; ) {
      const taken = slice.subarray(at, at + size - filled);
      piece.set(taken, filled);
      filled += taken.length;
      at += taken.length;
      if (filled < size) continue;
      yield piece;
      filled = 0;
    }
  }
  if (filled > 0) yield piece.subarray(0, filled);
}

/** The block of a stream that has one: then the stream's CRC is the block's. Its bits begin with the bytes given. */
function onlyBlock(stream: Uint8Array): { readonly bytes: Uint8Array; readonly bits: number; readonly crc: number } {
  const start = { bytes: stream, at: headerBits };
  const isBlock = readMarker(start) === 'block';
  const crc = readUint32(start);
  const last = stream.length * 8 - markerBits - crcBits;
  // Up to seven bits fill the last byte.
  for (let at = last; isBlock && at > last - 8; at--) {
    const end = { bytes: stream, at };
    if (readMarker(end) === 'end' && readUint32(end) === crc) {
      return { bytes: stream.subarray(header.length), bits: at - headerBits, crc };
    }
  }
  throw new GatehouseError('internal.bug', 'what compresses by bzip2 gave no stream of one block');
}

/** Joins runs of bits that end anywhere into bytes. */
function bitJoint() {
  /** The first `held` bits of the byte that is not whole yet; zeros follow them. */
  let part = 0;
  let held = 0;
  return {
    /** The whole bytes that there are now, with the first `bits` bits of `bytes` behind those before. */
    append(bytes: Uint8Array, bits: number): Uint8Array {
      const count = Math.ceil(bits / 8);
      const joined = new Uint8Array(count + 1);
      joined[0] = part;
      for (let at = 0; at < count; at++) {
        const byte = (bytes[at] ?? 0) & (0xff << Math.max(0, 8 * (at + 1) - bits));
        joined[at] = (joined[at] ?? 0) | (byte >>> held);
        joined[at + 1] = byte << (8 - held);
      }
      const whole = (held + bits) >>> 3;
      part = joined[whole] ?? 0;
      held = (held + bits) & 7;
      return joined.subarray(0, whole);
    },
    /** The last byte, filled by zeros, if there is one. */
    rest: (): Uint8Array => (held === 0 ? new Uint8Array() : Uint8Array.of(part)),
  };
}
