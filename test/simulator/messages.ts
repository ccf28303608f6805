import { clientOf, clockOf, randomFates } from './client.ts';
import type { Indexer, PackageEvent } from './indexer.ts';
import { startQueue } from './queue.ts';
import type { Actor } from './timeline.ts';
import { formsOf, type World } from './world.ts';

/** What changed (null: control), and whether the packages it names are all that need be looked at. */
interface Told {
  readonly event: PackageEvent | null;
  readonly hinted: boolean;
}

/** Has each event of the world handled by the indexer, sooner or later. */
export function startMessages(world: World, indexer: Indexer): { dropped: () => boolean } {
  const queue = startQueue<Told>(world, (actor, batch) => handle(world, indexer, { actor, batch }));
  world.onEvent = (event) => queue.send((random) => ({ event, hinted: random() < world.scenario.events.hinted }));
  return queue;
}

function handle(world: World, indexer: Indexer, { actor, batch }: { actor: Actor; batch: readonly Told[] }) {
  const events = batch.flatMap(({ event }) => event ?? []);
  const hints = batch.every(({ hinted }) => hinted) && [...new Set(events.map(({ filename }) => filename))];
  const store = clientOf(world, actor, {
    fates: randomFates(world.scenario),
    stall: world.scenario.stall,
    rivals: world.scenario.rivals,
  });
  return indexer({
    store,
    clock: clockOf(world, actor),
    events,
    forms: formsOf(world, actor),
    ...(hints && { hints }),
  });
}
