import { sha256Of } from '../../digest.ts';
import type { Summary } from '../../forms/form.ts';
import { summaryKey } from '../../layout.ts';
import { decodeSegment } from './decode-segment.ts';
import type { Segment, StatePlace } from './index-root.ts';
import { readSegment } from './segment-store.ts';

/**
 * A summary of one segment, made at most once: it depends on nothing else, and a segment never changes. Kept with its
 * hash before it, so that a damaged one is made again.
 */
export async function readSummary(place: StatePlace, segment: Segment, { name, of }: Summary): Promise<Uint8Array> {
  const key = summaryKey(place.channel, place.subdir, { sha256: segment.sha256, name });
  const known = await place.store.get(key);
  const kept = known && soundSummary(await known.read(0, known.size));
  if (kept) return kept;
  const made = of(decodeSegment(await readSegment(place, segment)));
  const bytes = Buffer.concat([Buffer.from(sha256Of(made), 'latin1'), made]);
  await place.store.put(key, bytes, known === null ? { absent: true } : { etag: known.etag });
  return made;
}

const hashLength = 64;

function soundSummary(bytes: Uint8Array): Uint8Array | null {
  const summary = bytes.subarray(hashLength);
  return Buffer.from(bytes.subarray(0, hashLength)).toString('latin1') === sha256Of(summary) ? summary : null;
}
