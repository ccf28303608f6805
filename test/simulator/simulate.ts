import { clientOf, clockOf, type Fates } from './client.ts';
import type { Indexer, IndexRun } from './indexer.ts';
import { startMessages } from './messages.ts';
import { produce } from './produce.ts';
import { isRetryable } from './queue.ts';
import { restInvariants } from './rest-invariants.ts';
import type { Scenario } from './scenario.ts';
import { formsOf, newWorld, type World } from './world.ts';

/** Runs one scenario to its end. Returns what did not hold, the first of it, named; null when all held. */
export async function simulate(indexer: Indexer, scenario: Scenario): Promise<string | null> {
  const world = newWorld(scenario);
  const { dropped } = startMessages(world, indexer);
  for (const [i, { script }] of scenario.packages.entries()) {
    const subject = world.watch.packages[i];
    if (subject) world.time.start(world.seed(), (actor) => produce(world, actor, { subject, script }));
  }
  await world.time.run(() => world.broken !== null);
  // A control that says nothing is no event, and nothing need have been written yet.
  if (!dropped()) atRest(world);
  await runAlone(world, indexer);
  atRest(world);
  const hints = scenario.seed % 2 === 0 ? { hints: world.watch.packages.map(({ filename }) => filename) } : {};
  await expectNoWrite(world, indexer, hints);
  return world.broken;
}

/** Holds what must hold when nothing is under way. */
export function atRest(world: World): void {
  for (const [name, invariant] of Object.entries(restInvariants)) {
    const fault = world.broken === null ? invariant(world.watch) : null;
    if (fault !== null) world.broken = `${name}, at rest: ${fault}`;
  }
}

export interface Alone extends Pick<IndexRun, 'hints'> {
  readonly fates?: Fates;
}

/** One run with nobody beside it. Without faults it must not fail. */
export async function runAlone(world: World, indexer: Indexer, { fates, ...how }: Alone = {}): Promise<void> {
  world.onEvent = () => {};
  if (world.broken !== null) return;
  world.time.start(
    world.seed(),
    (actor) => {
      const store = clientOf(world, actor, fates && { fates });
      return indexer({ store, clock: clockOf(world, actor), forms: formsOf(world), ...how });
    },
    (ending) => {
      if (ending.how === 'threw' && !(fates && isRetryable(ending.error)))
        world.broken ??= `R6 poison isolation: a run alone failed: ${String(ending.error)}`;
    },
  );
  await world.time.run(() => world.broken !== null);
}

/** R5: hints at what is known already, or none, change nothing at all. */
async function expectNoWrite(world: World, indexer: Indexer, how: Alone): Promise<void> {
  const before = world.bucket.versions;
  await runAlone(world, indexer, how);
  if (world.bucket.versions !== before) world.broken ??= 'R5 idempotent: nothing changed, and something was written';
}
