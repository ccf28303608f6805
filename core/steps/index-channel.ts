import { type Manifest, readManifest, type StatePlace } from '../index/manifest.ts';
import { writeIfNewer } from '../index/put-if-newer.ts';
import { stateSource } from '../index/state-source.ts';
import { channeldataKey } from '../layout/keys.ts';
import { channeldata } from '../outputs/channeldata.ts';
import type { Clock } from '../ports/clock.ts';
import { GatehouseError } from '../problems/error.ts';
import type { ChannelStore } from '../store/list-packages.ts';
import { subdirsOf } from '../store/subdirs-of.ts';
import { backOff } from '../store/update-json.ts';

export interface IndexChannelWorld extends ChannelStore {
  readonly clock: Clock;
}

const maxAttempts = 10;

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
  for (let attempt = 0; attempt < maxAttempts; attempt++) {
    const states = await readStates(world);
    const generation = sumOf(states);
    const make = () => ({ bytes: channeldata(states.map(({ place, manifest }) => stateSource(place, manifest))) });
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

async function readStates({ store, channel }: IndexChannelWorld): Promise<State[]> {
  const states: State[] = [];
  for (const subdir of await subdirsOf({ store, channel }, 'state')) {
    const place = { store, channel, subdir };
    const { manifest } = await readManifest(place);
    // One that is damaged or unfinished is made again by the next run over its subdir, and this with it.
    if (manifest !== null && manifest.partial === undefined) states.push({ place, manifest });
  }
  return states;
}
