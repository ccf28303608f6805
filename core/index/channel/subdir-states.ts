import type { ChannelStore } from '../../store/list-packages.ts';
import { mapInOrder } from '../../store/map-in-order.ts';
import { subdirsOf } from '../../store/subdirs-of.ts';
import { type Manifest, readManifest, type StatePlace } from '../manifest.ts';

/** What a subdir's index is made from at a moment. */
export interface PlacedManifest {
  readonly place: StatePlace;
  readonly manifest: Manifest;
}

/** Manifests read at once: enough that a bucket's latency hides. */
const maxManifestsAtOnce = 16;

/**
 * The states of a channel's subdirs, in order of name. One that is damaged or unfinished is left out: the next run over its
 * subdir makes it again, and what is made of all of them with it.
 */
export async function readSubdirStates({ store, channel }: ChannelStore): Promise<PlacedManifest[]> {
  const states: PlacedManifest[] = [];
  const places = (await subdirsOf({ store, channel }, 'state')).map((subdir) => ({ store, channel, subdir }));
  const read = mapInOrder(places, maxManifestsAtOnce, async (place) => ({ place, ...(await readManifest(place)) }));
  for await (const { place, manifest } of read) {
    if (manifest !== null && manifest.partial === undefined) states.push({ place, manifest });
  }
  return states;
}

/** Above that of any other states of the same subdirs, or of fewer, once these are the latest: no generation ever falls. */
export const sumOfGenerations = (states: readonly PlacedManifest[]): number =>
  states.reduce((sum, { manifest }) => sum + manifest.generation, 0);
