import { sha256Of } from '../../digest.ts';
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
export async function readSegment({ store, channel, subdir }: StatePlace, segment: Segment): Promise<Uint8Array> {
  const key = segmentKey(channel, subdir, segment.sha256);
  const object = await store.get(key);
  if (object?.size === segment.bytes) {
    const bytes = await object.read(0, object.size);
    if (sha256Of(bytes) === segment.sha256) return bytes;
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
  const segment: Segment = {
    sha256: sha256Of(bytes),
    first: first.filename,
    packages: lines.length,
    listed: lines.filter(({ kind }) => kind === 'listed').length,
    problems: lines.filter(({ kind }) => kind === 'problem').length,
    bytes: bytes.length,
    records: recordsOf(bytes).length,
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
