import { expect } from 'vitest';
import type { HeldBits } from '../../../core/archive/bzip2/bits.ts';
import { decodeBlock } from '../../../core/archive/bzip2/decode-block.ts';
import { decodeBzip2 } from '../../../core/archive/bzip2/decode-bzip2.ts';
import { GatehouseError } from '../../../core/problems/error.ts';
import { inSlices, joined, refusalCode } from '../packages/refusal.ts';
import { bytesOf, endStream } from './craft-bzip2.ts';
import { type LibraryView, libbz2 } from './libbz2.ts';
import { longestRun } from './longest-run.ts';

/** What our decoder makes of a file. */
export const decode = (bytes: Uint8Array) =>
  joined(
    decodeBzip2(
      inSlices(bytes, 1000),
      () => {},
      () => {},
    ),
  );

interface ReadBlock {
  readonly text: Buffer;
  /** The bit behind it. */
  readonly end: number;
  /** It does not end between a run and its count: C gives out what comes before, and then finds the block bad. */
  readonly whole: boolean;
}

/** The first block of a stream of level 1 by our decoder, its CRC not looked at; null when it refuses it. */
function blockOf(stream: string): ReadBlock | null {
  const bits: HeldBits = { bytes: bytesOf(stream), at: 32 };
  try {
    const block = decodeBlock(bits, { maxSymbols: 100_000, packedBytes: bits.bytes.length }, () => {});
    return block && { text: Buffer.concat(block.slices), end: bits.at, whole: !block.endsInRun };
  } catch (error) {
    if (error instanceof GatehouseError) return null;
    throw error;
  }
}

/** bzip2's CRC-32, bit by bit: the polynomial of ZIP's, but the most significant bit first. */
export function crcOf(bytes: Uint8Array): number {
  let crc = -1;
  for (const byte of bytes) {
    crc ^= byte << 24;
    for (let bit = 0; bit < 8; bit++) crc = crc < 0 ? (crc << 1) ^ 0x04c11db7 : crc << 1;
  }
  return ~crc >>> 0;
}

/**
 * Holds our reading of blocks against C's: one that we read must, with the CRC of what we read put in, be read by C as
 * the same, and by the whole decoder; of one that we refuse, C must not give out a byte, but for a run without its count.
 * One that has a run of 32 digits or more C must refuse.
 */
export async function agree(streams: readonly string[]): Promise<boolean[]> {
  const mine = streams.map(blockOf);
  const ended = streams.map((bits, i) => {
    const block = mine[i];
    return block ? endStream(bits.slice(0, block.end), crcOf(block.text)) : bytesOf(bits);
  });
  for (const [i, theirs] of libbz2(ended).entries()) {
    const stream = ended[i] ?? new Uint8Array();
    const block = mine[i] ?? null;
    const hex = Buffer.from(stream).toString('hex');
    expect({ hex, ...theirs }).toMatchObject({ hex, ...expectedOf(streams[i] ?? '', block, theirs.outcome) });
    const whole = await decode(stream).catch(refusalCode);
    if (block?.whole) expect({ hex, whole }).toEqual({ hex, whole: block.text });
    // Not for its CRC: what the block says cannot be.
    else expect({ hex, whole }).toEqual({ hex, whole: expect.stringMatching(/^A7\.(data|truncated)$/) });
  }
  return mine.map((block) => block?.whole === true);
}

/** How many were read, or refused, whichever is fewer: a test of one kind alone would say little. */
export const fewer = (read: readonly boolean[], kept = read.filter(Boolean).length): number =>
  Math.min(kept, read.length - kept);

function expectedOf(stream: string, block: ReadBlock | null, outcome: string): Partial<LibraryView> {
  if (block && longestRun(stream) >= 32) return { bytes: '', outcome: 'data' };
  if (block?.whole) return { bytes: block.text.toString('base64'), outcome: 'read' };
  if (block) return { outcome: 'data' };
  return { bytes: '', outcome: outcome === 'short' ? 'short' : 'data' };
}
