import { channeldataPart } from '../index/channeldata-part.ts';
import { type Manifest, readManifest, type StatePlace } from '../index/manifest.ts';
import { writeIfNewer } from '../index/put-if-newer.ts';
import { channeldataKey } from '../layout/keys.ts';
import { type ChannelPart, joinParts } from '../outputs/channeldata/channeldata.ts';
import type { Clock } from '../ports/clock.ts';
import { GatehouseError } from '../problems/error.ts';
import type { ChannelStore } from '../store/list-packages.ts';
import { mapInOrder } from '../store/map-in-order.ts';
import { subdirsOf } from '../store/subdirs-of.ts';
import { backOff } from '../store/update-json.ts';

export interface IndexChannelWorld extends ChannelStore {
  readonly clock: Clock;
}

const maxAttempts = 10;

interface IndexChannelOptions {
  /** Make all of it anew, and not only what changed. */
  readonly rebuild?: boolean;
}

/**
 * Brings `channeldata.json` up to date with the states of all subdirs. Its generation is the sum of theirs: no state's
 * ever falls, so the sum of the latest states is above that of any others.
 *
 * @returns whether it was written
 * @throws GatehouseError `store.conflict` (retry) when the states never stayed as they were for that long
 */
export async function indexChannel(
  world: IndexChannelWorld,
  { rebuild = false }: IndexChannelOptions = {},
): Promise<boolean> {
  const key = channeldataKey(world.channel);
  let changed = false;
  for (let attempt = 0; attempt < maxAttempts; attempt++) {
    const states = await readStates(world);
    const generation = sumOf(states);
    const make = async () => ({ bytes: joinParts(await partsOf(states, rebuild)) });
    const wrote = await writeIfNewer(world, { key, make }, generation);
    changed ||= wrote;
    if (!wrote || sumOf(await readStates(world)) === generation) return changed;
    await backOff(world.clock, attempt);
  }
  throw new GatehouseError('store.conflict', `the states below ${key} kept changing`, { retry: true });
}

interface State {
  readonly place: StatePlace;
  readonly manifest: Manifest;
}

const sumOf = (states: readonly State[]): number => states.reduce((sum, { manifest }) => sum + manifest.generation, 0);

/** Subdirs read at once: making a part anew takes 150 MB where a subdir has 500,000 records. */
const maxSubdirsAtOnce = 3;

async function partsOf(states: readonly State[], rebuild: boolean): Promise<ChannelPart[]> {
  const parts: ChannelPart[] = [];
  const made = mapInOrder(states, maxSubdirsAtOnce, async ({ place, manifest }): Promise<ChannelPart> => {
    return { subdir: place.subdir, part: await channeldataPart(place, manifest, rebuild) };
  });
  for await (const part of made) parts.push(part);
  return parts;
}

/** Manifests read at once: enough that a bucket's latency hides. */
const maxManifestsAtOnce = 16;

async function readStates({ store, channel }: IndexChannelWorld): Promise<State[]> {
  const states: State[] = [];
  const places = (await subdirsOf({ store, channel }, 'state')).map((subdir) => ({ store, channel, subdir }));
  const read = mapInOrder(places, maxManifestsAtOnce, async (place) => ({ place, ...(await readManifest(place)) }));
  for await (const { place, manifest } of read) {
    // One that is damaged or unfinished is made again by the next run over its subdir, and this with it.
    if (manifest !== null && manifest.partial === undefined) states.push({ place, manifest });
  }
  return states;
}
