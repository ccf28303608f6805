import type { BitReader } from './bzip2-bits.ts';
import { updateCrc } from './bzip2-crc.ts';
import { emptyHeader, readBlockHeader } from './bzip2-header.ts';
import { type RunWriter, runWriter, writeRuns } from './bzip2-runs.ts';
import { emptySorted, readSorted } from './bzip2-sorted.ts';
import { emptyLinks, unsort } from './bzip2-unsort.ts';
import type { Meter } from './decode-budget.ts';
import { refuse } from './finding.ts';

const largestBlock = 900_000;
const slice = 256 * 1024;

/**
 * 8.4 MB that every block of a thread is decoded in, one after the other: nothing yields in between, and what leaves is
 * a copy. To clear that much for each block would cost more than to decode a small one; what is not used is not touched.
 */
const scratch = {
  header: emptyHeader(),
  sorted: emptySorted(largestBlock),
  links: emptyLinks(largestBlock),
  slice: new Uint8Array(slice),
};

export interface DecodedBlock {
  readonly crc: number;
  /** Its bytes, in slices of at most 256 KiB. One block is at most 46 MB: 900 kB of runs of 259. */
  readonly slices: readonly Uint8Array[];
}

/**
 * Decodes the block behind its marker and checks its CRC; null when it goes on behind the bytes held. Accepts what C's
 * bzip2 1.0.8 accepts, but for randomised blocks.
 *
 * @param most bytes, before runs are written out: by the stream's level
 * @param meter hears of every slice as it fills, so a bomb is stopped inside its block
 * @throws GatehouseError `package.refused` with `A7.data` or `A7.crc`
 */
export function decodeBlock(bits: BitReader, most: number, meter: Meter): DecodedBlock | null {
  const { header, sorted, links } = scratch;
  if (!readBlockHeader(bits, header) || !readSorted(bits, header, { sorted, most })) return null;
  if (header.origin >= sorted.length) refuse('A7.data', 'a bzip2 block that starts behind its end');
  unsort(sorted, header.origin, links);
  const text = runWriter(sorted.bytes.subarray(0, sorted.length));
  const { slices, crc } = takeSlices(text, meter);
  // C's bzip2 takes a block that ends between four equal bytes and their count for corrupt.
  if (text.run === 4) refuse('A7.data', 'a bzip2 block that ends inside a run');
  if (crc !== header.crc) refuse('A7.crc', 'a bzip2 block does not match its CRC');
  return { crc, slices };
}

function takeSlices(text: RunWriter, meter: Meter): DecodedBlock {
  const slices: Uint8Array[] = [];
  let crc = -1;
  for (let used = writeRuns(text, scratch.slice); used > 0; used = writeRuns(text, scratch.slice)) {
    meter(used);
    const bytes = scratch.slice.slice(0, used);
    crc = updateCrc(crc, bytes);
    slices.push(bytes);
  }
  return { slices, crc: ~crc >>> 0 };
}
