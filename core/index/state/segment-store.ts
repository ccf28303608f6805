import { type Sha256, sha256Of } from '../../digest.ts';
import { GatehouseError } from '../../error.ts';
import { segmentKey } from '../../layout.ts';
import { recordsOf } from './decode-segment.ts';
import { encodeSegment } from './encode-line.ts';
import type { IndexLine } from './index-line.ts';
import type { Segment, StatePlace } from './index-root.ts';

/**
 * A segment's bytes, held against its hash.
 *
 * @throws GatehouseError `state.damaged` when it is missing or damaged
 */
export const readSegment = (place: StatePlace, segment: Segment): Promise<Uint8Array> =>
  readHead(place, segment, { length: segment.bytes, sha256: segment.sha256 });

/** The records at the head of a segment (`recordsOf`), held against their own hash; errors as `readSegment`'s. */
export const readRecords = (place: StatePlace, segment: Segment): Promise<Uint8Array> =>
  readHead(place, segment, { length: segment.records, sha256: segment.recordsSha256 });

async function readHead(
  { store, channel, subdir }: StatePlace,
  segment: Segment,
  { length, sha256 }: { readonly length: number; readonly sha256: Sha256 },
): Promise<Uint8Array> {
  const key = segmentKey(channel, subdir, segment.sha256);
  const object = await store.get(key);
  if (object?.size === segment.bytes) {
    const bytes = await object.read(0, length);
    if (sha256Of(bytes) === sha256) return bytes;
  }
  throw new GatehouseError('state.damaged', `${key} is ${object === null ? 'missing' : 'damaged'}`, {
    hint: 'gatehouse index --rebuild derives it again',
  });
}

/**
 * Keeps lines as a segment. What lies there already under the same hash is the same, or damaged and then replaced.
 *
 * @param lines in order of file name; at least one
 */
export async function writeSegment(place: StatePlace, lines: readonly IndexLine[]): Promise<Segment> {
  const [first] = lines;
  if (first === undefined) throw new GatehouseError('internal.bug', 'a segment without lines');
  const bytes = encodeSegment(lines);
  const records = recordsOf(bytes);
  const segment: Segment = {
    sha256: sha256Of(bytes),
    first: first.filename,
    packages: lines.length,
    listed: lines.filter(({ kind }) => kind === 'listed').length,
    problems: lines.filter(({ kind }) => kind === 'problem').length,
    bytes: bytes.length,
    records: records.length,
    recordsSha256: sha256Of(records),
  };
  const key = segmentKey(place.channel, place.subdir, segment.sha256);
  const outcome = await place.store.put(key, bytes, { absent: true });
  if (outcome.status === 'conflict') await mend(place, segment, bytes);
  return segment;
}

async function mend(place: StatePlace, segment: Segment, bytes: Uint8Array): Promise<void> {
  try {
    await readSegment(place, segment);
  } catch (error) {
    if (!(error instanceof GatehouseError) || error.code !== 'state.damaged') throw error;
    await place.store.put(segmentKey(place.channel, place.subdir, segment.sha256), bytes);
  }
}
