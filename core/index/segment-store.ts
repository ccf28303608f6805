import { type ObjectKey, segmentKey, summaryKey } from '../layout/keys.ts';
import { sha256Of } from '../names/digest.ts';
import type { Summary } from '../outputs/entries/entry-source.ts';
import type { IndexEntry } from '../outputs/entries/index-entry.ts';
import type { ObjectHead } from '../ports/store.ts';
import { GatehouseError } from '../problems/error.ts';
import type { Segment, StatePlace } from './manifest.ts';
import { decodeSegment, encodeSegment, recordsOf } from './segment-codec.ts';

/**
 * A segment's entries, its bytes held against its hash.
 *
 * @throws GatehouseError `state.damaged` when it is missing or damaged
 */
export const readSegment = async (place: StatePlace, segment: Segment): Promise<IndexEntry[]> =>
  decodeSegment(await readWhole(place, segment));

async function readWhole({ store, channel, subdir }: StatePlace, segment: Segment): Promise<Uint8Array> {
  const key = segmentKey(channel, subdir, segment.sha256);
  const object = await store.read(key);
  if (object !== null && sha256Of(object.bytes) === segment.sha256) return object.bytes;
  throw damaged(key, object);
}

/** The records at the head of a segment (`recordsOf`), held against their own hash; errors as {@link readSegment}. */
export async function readRecords({ store, channel, subdir }: StatePlace, segment: Segment): Promise<Uint8Array> {
  const key = segmentKey(channel, subdir, segment.sha256);
  const object = await store.get(key);
  if (object?.size === segment.bytes) {
    const bytes = await object.read(0, segment.records);
    if (sha256Of(bytes) === segment.recordsSha256) return bytes;
  }
  throw damaged(key, object);
}

const damaged = (key: ObjectKey, object: ObjectHead | null): GatehouseError =>
  new GatehouseError('state.damaged', `${key} is ${object === null ? 'missing' : 'damaged'}`, {
    hint: 'gatehouse index --rebuild derives it again',
  });

/**
 * Keeps entries as a segment. An object that lies there already under the same hash is the same segment, or a damaged
 * one, which is replaced: create-only alone would keep the damage for ever.
 *
 * @param entries in order of file name; at least one
 */
export async function writeSegment(place: StatePlace, entries: readonly IndexEntry[]): Promise<Segment> {
  const [first] = entries;
  if (first === undefined) throw new GatehouseError('internal.bug', 'a segment without lines');
  const bytes = encodeSegment(entries);
  const records = recordsOf(bytes);
  const segment: Segment = {
    sha256: sha256Of(bytes),
    first: first.filename,
    packages: entries.length,
    listed: entries.filter(({ kind }) => kind === 'listed').length,
    problems: entries.filter(({ kind }) => kind === 'problem').length,
    bytes: bytes.length,
    records: records.length,
    recordsSha256: sha256Of(records),
  };
  const key = segmentKey(place.channel, place.subdir, segment.sha256);
  const outcome = await place.store.put(key, bytes, { absent: true });
  if (outcome.status === 'conflict' && !(await isSound(place, segment))) await place.store.put(key, bytes);
  return segment;
}

async function isSound(place: StatePlace, segment: Segment): Promise<boolean> {
  try {
    await readWhole(place, segment);
    return true;
  } catch (error) {
    if (error instanceof GatehouseError && error.code === 'state.damaged') return false;
    throw error;
  }
}

const sha256HexLength = 64;

/**
 * A summary of one segment, made at most once: it depends on nothing else, and a segment never changes. It is kept with
 * its hash in front, so that a damaged one is made again.
 */
export async function readSummary(place: StatePlace, segment: Segment, { name, of }: Summary): Promise<Uint8Array> {
  const key = summaryKey(place.channel, place.subdir, { sha256: segment.sha256, name });
  const known = await place.store.read(key);
  if (known !== null) {
    const summary = known.bytes.subarray(sha256HexLength);
    if (Buffer.from(known.bytes.subarray(0, sha256HexLength)).toString('latin1') === sha256Of(summary)) return summary;
  }
  const made = of(await readSegment(place, segment));
  const bytes = Buffer.concat([Buffer.from(sha256Of(made), 'latin1'), made]);
  await place.store.put(key, bytes, known === null ? { absent: true } : { etag: known.etag });
  return made;
}
