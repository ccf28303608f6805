import { channeldataPart } from '../index/channel/channeldata-part.ts';
import { type PlacedManifest, readSubdirStates, sumOfGenerations } from '../index/channel/subdir-states.ts';
import { writeIfNewer } from '../index/put-if-newer.ts';
import { channeldataKey } from '../layout/keys.ts';
import { type ChannelPart, joinParts } from '../outputs/channeldata/channeldata.ts';
import type { Clock } from '../ports/clock.ts';
import { GatehouseError } from '../problems/error.ts';
import type { ChannelStore } from '../store/list-packages.ts';
import { mapInOrder } from '../store/map-in-order.ts';
import { backOff } from '../store/update-json.ts';

export interface IndexChannelWorld extends ChannelStore {
  readonly clock: Clock;
}

interface IndexChannelOptions {
  /** Make all of it anew, and not only what changed. */
  readonly rebuild?: boolean;
}

const maxAttempts = 10;

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
    const states = await readSubdirStates(world);
    const generation = sumOfGenerations(states);
    const make = async () => ({ bytes: joinParts(await partsOf(states, rebuild)) });
    const wrote = await writeIfNewer(world, { key, make }, generation);
    changed ||= wrote;
    if (!wrote || sumOfGenerations(await readSubdirStates(world)) === generation) return changed;
    await backOff(world.clock, attempt);
  }
  throw new GatehouseError('store.conflict', `the states below ${key} kept changing`, { retry: true });
}

/** Subdirs at once: while a part is made anew, memory holds every name of its subdir. */
const maxPartsAtOnce = 3;

async function partsOf(states: readonly PlacedManifest[], rebuild: boolean): Promise<ChannelPart[]> {
  const parts: ChannelPart[] = [];
  const made = mapInOrder(states, maxPartsAtOnce, async ({ place, manifest }): Promise<ChannelPart> => {
    return { subdir: place.subdir, part: await channeldataPart(place, manifest, rebuild) };
  });
  for await (const part of made) parts.push(part);
  return parts;
}
