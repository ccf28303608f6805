import { expect } from 'vitest';
import { decodeBzip2 } from '../../../core/archive/bzip2.ts';
import type { BitReader } from '../../../core/archive/bzip2-bits.ts';
import { updateCrc } from '../../../core/archive/bzip2-crc.ts';
import { emptyHeader, readBlockHeader } from '../../../core/archive/bzip2-header.ts';
import { runWriter, writeRuns } from '../../../core/archive/bzip2-runs.ts';
import { emptySorted, readSorted } from '../../../core/archive/bzip2-sorted.ts';
import { slack } from '../../../core/archive/bzip2-symbols.ts';
import { emptyLinks, unsort } from '../../../core/archive/bzip2-unsort.ts';
import { refusalCode } from '../../../core/archive/finding.ts';
import { GatehouseError } from '../../../core/error.ts';
import { inSlices, joined } from '../packages/refusal.ts';
import { bytesOf, endStream } from './craft-bzip2.ts';
import { type LibraryView, libbz2 } from './libbz2.ts';

/** What our decoder makes of a file. */
export const decode = (bytes: Uint8Array) =>
  joined(
    decodeBzip2(
      inSlices(bytes, 1000),
      () => {},
      () => {},
    ),
  );

const header = emptyHeader();
const sorted = emptySorted(100_000);
const links = emptyLinks(100_000);
const output = new Uint8Array(26 * 10 ** 6);

interface ReadBlock {
  readonly text: Buffer;
  /** The bit behind it. */
  readonly end: number;
  /** It does not end between a run and its count: C gives out what comes before, and then finds the block bad. */
  readonly whole: boolean;
}

/** The first block of a stream of level 1 by our parts, its CRC not looked at; null when they refuse it. */
function blockOf(stream: string): ReadBlock | null {
  const packed = bytesOf(stream);
  const bits: BitReader = { bytes: new Uint8Array(packed.length + slack), length: packed.length, at: 80 };
  bits.bytes.set(packed);
  try {
    const read = readBlockHeader(bits, header) && readSorted(bits, header, { sorted, most: 100_000 });
    if (!read || header.origin >= sorted.length) return null;
  } catch (error) {
    if (error instanceof GatehouseError) return null;
    throw error;
  }
  unsort(sorted, header.origin, links);
  const runs = runWriter(sorted.bytes.subarray(0, sorted.length));
  const text = Buffer.from(output.subarray(0, writeRuns(runs, output)));
  return { text, end: bits.at, whole: runs.run < 4 };
}

export const crcOf = (bytes: Uint8Array): number => ~updateCrc(-1, bytes) >>> 0;

/**
 * Holds our reading of blocks against C's: one that we read must, with the CRC of what we read put in, be read by C as
 * the same, and by the whole decoder; of one that we refuse, C must not give out a byte, but for a run without its count.
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
    expect({ hex, ...theirs }).toMatchObject({ hex, ...expectedOf(block, theirs.outcome) });
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

function expectedOf(block: ReadBlock | null, outcome: string): Partial<LibraryView> {
  if (block?.whole) return { bytes: block.text.toString('base64'), outcome: 'read' };
  if (block) return { outcome: 'data' };
  return { bytes: '', outcome: outcome === 'short' ? 'short' : 'data' };
}
