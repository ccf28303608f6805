import { GatehouseError } from '../error.ts';
import { channeldata } from '../forms/channeldata/channeldata.ts';
import { backOff } from '../index/back-off.ts';
import { publishForm } from '../index/publish-form.ts';
import { type IndexRoot, readRoot, type StatePlace } from '../index/state/index-root.ts';
import { stateSource } from '../index/state/state-source.ts';
import { type ChannelName, channeldataKey, statePrefix } from '../layout.ts';
import type { Clock } from '../ports/clock.ts';
import type { Store } from '../ports/store.ts';
import { subdirSchema } from '../subdir.ts';

export interface IndexChannelWorld {
  readonly store: Store;
  readonly channel: ChannelName;
  readonly clock: Clock;
}

const attempts = 10;

/**
 * Brings `channeldata.json` up to date with the states of all subdirs. Its generation is the sum of theirs: no state's
 * ever falls, so the sum of the latest states is above that of any others.
 *
 * @returns whether it was written
 * @throws GatehouseError `store.conflict` (retry) when the states never stayed as they were for that long
 */
export async function indexChannel(world: IndexChannelWorld): Promise<boolean> {
  const key = channeldataKey(world.channel);
  let changed = false;
  for (let attempt = 0; attempt < attempts; attempt++) {
    const states = await readStates(world);
    const generation = sumOf(states);
    const make = () => ({ bytes: channeldata(states.map(({ place, root }) => stateSource(place, root))) });
    const wrote = await publishForm(world, { key, make }, generation);
    changed ||= wrote;
    if (!wrote || sumOf(await readStates(world)) === generation) return changed;
    await backOff(world.clock, attempt);
  }
  throw new GatehouseError('store.conflict', `the states below ${key} kept changing`, { retry: true });
}

interface State {
  readonly place: StatePlace;
  readonly root: IndexRoot;
}

const sumOf = (states: readonly State[]): number => states.reduce((sum, { root }) => sum + root.generation, 0);

async function readStates({ store, channel }: IndexChannelWorld): Promise<State[]> {
  const prefix = statePrefix(channel);
  const states: State[] = [];
  for await (const { key } of store.list(prefix)) {
    const subdir = subdirSchema.safeParse(/^([^/]+)\.json$/.exec(key.slice(prefix.length))?.[1]);
    if (!subdir.success) continue;
    const place = { store, channel, subdir: subdir.data };
    const { root } = await readRoot(place);
    // One that is damaged or unfinished is made again by the next run over its subdir, and this with it.
    if (root !== null && root.partial === undefined) states.push({ place, root });
  }
  return states;
}
