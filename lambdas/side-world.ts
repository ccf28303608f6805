import { stagingFolder } from '../core/layout/keys.ts';
import { type Side, stagedPath } from '../core/layout/sides.ts';
import type { Event } from '../core/ports/log.ts';
import { stagingStore } from '../core/store/staging-store.ts';
import type { Telemetry } from './telemetry.ts';
import type { CloudWorld, IndexerWorld } from './world.ts';

type HalfWorld = CloudWorld & Partial<Pick<IndexerWorld, 'invalidate'>>;

/**
 * The world of a function that works on one half of its bucket. Staging looks like a bucket of its own from there, and what
 * is done to it is told, and invalidated, by the places that its things have in the whole one.
 */
export function worldOf<World extends HalfWorld>(side: Side, world: World): World {
  if (side === 'channel') return world;
  const { store, telemetry, invalidate: send } = world;
  const invalidate = send && ((paths: readonly string[]) => send(paths.map((path) => `/${stagingFolder}${path}`)));
  return { ...world, store: stagingStore(store), telemetry: ofStaging(telemetry), ...(send && { invalidate }) };
}

function ofStaging(telemetry: Telemetry): Telemetry {
  const { note, warn, failed } = telemetry;
  return {
    ...telemetry,
    log: (event) => telemetry.log(placed(event)),
    note: (message, facts) => note(message, placed(facts)),
    warn: (message, facts) => warn(message, placed(facts)),
    failed: (what, error) => failed(`${what} (${stagingFolder})`, error),
  };
}

/** What in facts names a place: a key, the start of one, or a folder of the channel or of the pip index. */
const placeNames: readonly string[] = ['key', 'subject', 'subdir', 'project'];

const placed = <Facts extends Event | Readonly<Record<string, unknown>>>(facts: Facts): Facts => {
  const places = Object.entries(facts).filter(([name]) => placeNames.includes(name));
  const told = places.map(([name, place]) => [name, typeof place === 'string' ? stagedPath(place) : place]);
  return { ...facts, ...Object.fromEntries(told) };
};
