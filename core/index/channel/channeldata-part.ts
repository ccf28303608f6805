import { Buffer } from 'node:buffer';
import { z } from 'zod';
import { canonicalJson, parseJson } from '../../json/json.ts';
import { channeldataPartKey } from '../../layout/keys.ts';
import { sha256Of } from '../../names/digest.ts';
import { channeldataSummary } from '../../outputs/channeldata/name-partial.ts';
import { replaceRows, subdirPart } from '../../outputs/channeldata/subdir-part.ts';
import { GatehouseError } from '../../problems/error.ts';
import { changedSince } from '../changed-names.ts';
import { type Manifest, manifestSchema, type StatePlace } from '../manifest.ts';
import { stateSource } from '../state-source.ts';

/** What a part was made from: by another way of making it, it is made anew. */
const madeSchema = z.strictObject({ by: z.literal(channeldataSummary.name), root: manifestSchema });

/**
 * What a subdir adds to `channeldata.json` (`subdirPart`), kept for the next time with the manifest it was made from: then
 * only the names that changed since are made anew. Whatever cannot be read only costs time.
 *
 * @param rebuild makes all of it anew
 * @throws GatehouseError `state.damaged` when a segment cannot be read
 */
export async function channeldataPart(place: StatePlace, manifest: Manifest, rebuild: boolean): Promise<Uint8Array> {
  const kept = rebuild ? null : await readKept(place);
  if (kept !== null && canonicalJson(kept.root.sections) === canonicalJson(manifest.sections)) return kept.part;
  const part = (kept && (await updated(place, manifest, kept))) ?? (await subdirPart(stateSource(place, manifest)));
  await keep(place, manifest, part);
  return part;
}

interface Kept {
  readonly root: Manifest;
  readonly part: Uint8Array;
}

/** A part with the names that changed since made anew; null when too much did, or it cannot be told what. */
async function updated(place: StatePlace, manifest: Manifest, { root, part }: Kept): Promise<Uint8Array | null> {
  try {
    const change = await changedSince(place, root, manifest);
    return change && replaceRows(part, change.names, await subdirPart(change.source, change.names));
  } catch (error) {
    // The segments of before may be gone; one of now that is damaged shows again when all is made.
    if (error instanceof GatehouseError && error.code === 'state.damaged') return null;
    throw error;
  }
}

/** Behind its hash, so that a damaged one is made again: `sha256 NEWLINE what it was made from NEWLINE part`. */
async function keep({ store, channel, subdir }: StatePlace, root: Manifest, part: Uint8Array): Promise<void> {
  const made = { by: channeldataSummary.name, root };
  const body = Buffer.concat([Buffer.from(`${canonicalJson(made)}\n`, 'latin1'), part]);
  // Without a condition: of two indexers that write it, either says what its own was made from.
  await store.put(channeldataPartKey(channel, subdir), Buffer.concat([Buffer.from(`${sha256Of(body)}\n`), body]));
}

async function readKept({ store, channel, subdir }: StatePlace): Promise<Kept | null> {
  const key = channeldataPartKey(channel, subdir);
  const bytes = Buffer.from((await store.read(key))?.bytes ?? []);
  const [head, end] = [bytes.indexOf('\n'), bytes.indexOf('\n', bytes.indexOf('\n') + 1)];
  if (head === -1 || end === -1 || bytes.toString('latin1', 0, head) !== sha256Of(bytes.subarray(head + 1)))
    return null;
  try {
    const { root } = parseJson(bytes.toString('latin1', head + 1, end), madeSchema, key);
    return { root, part: bytes.subarray(end + 1) };
  } catch (error) {
    if (error instanceof GatehouseError) return null;
    throw error;
  }
}
