import { channelPlace } from '../../../core/layout/channel-place.ts';
import { type ObjectKey, simplePrefix } from '../../../core/layout/keys.ts';
import { keyWithin, sides } from '../../../core/layout/sides.ts';
import { noarch } from '../../../core/names/subdir.ts';
import type { Clock } from '../../../core/ports/clock.ts';
import { indexChannel } from '../../../core/steps/index-channel.ts';
import { verify } from '../../../core/steps/verify.ts';
import { stagingStore } from '../../../core/store/staging-store.ts';
import { seededRandom } from '../../support/random.ts';
import { type Change, memoryStore, newBucket } from '../../twins/store-memory.ts';
import { clientOf, clockOf, md5Tag, randomFates, simulatedStart } from '../client.ts';
import { isRetryable, startQueue } from '../queue.ts';
import { type Actor, timeline } from '../timeline.ts';
import { type Act, mirrorActs, type PublishingWorld, publishAct } from './publish-acts.ts';
import { publishFaultAtRest, publishStepInvariants } from './publish-invariants.ts';
import type { PublishScenario } from './publish-scenario.ts';
import type { ActingWorld, Changed, PublishSystem } from './publish-system.ts';
import { controlOf, newPublishWatch, type PublishWatch, pages, projects } from './publish-watch.ts';

/** What came of a run: what did not hold, the first of it, named, or null; and how often each thing came about. */
export interface PublishRun {
  readonly fault: string | null;
  readonly counts: ReadonlyMap<string, number>;
}

/** Runs one scenario to its end. */
export async function simulatePublish(system: PublishSystem, scenario: PublishScenario): Promise<PublishRun> {
  const world = newWorld(system, scenario);
  const queue = startQueue<Changed>(world, async (actor, batch) => {
    for (const changed of together(batch)) await system.index(changed, reach(world, actor, 'faults'));
  });
  world.onEvent = (changed) =>
    queue.send((random) => (random() < scenario.events.hinted ? changed : { ...changed, packages: null }));
  for (const script of scenario.people)
    perform(
      world,
      script.map((action) => (acting) => publishAct(world, action, acting)),
    );
  perform(
    world,
    scenario.mirror.map((action) => (acting) => mirrorActs[action](world, acting)),
  );
  await world.time.run(() => world.broken !== null);
  if (!queue.dropped()) world.broken ??= publishFaultAtRest(world.watch);
  await indexAlone(world);
  world.broken ??= publishFaultAtRest(world.watch);
  world.broken ??= await verified(world);
  return { fault: world.broken, counts: world.watch.counts };
}

function newWorld(system: PublishSystem, scenario: PublishScenario): PublishingWorld {
  const random = seededRandom(scenario.seed);
  const bucket = newBucket({
    onChange: (change) => changed(world, change),
    now: () => 0,
    ...(scenario.etags === 'bytes' && { etagOf: md5Tag }),
  });
  const world: PublishingWorld = {
    ...{ system, scenario, time: timeline(), bucket, isState: () => false, broken: null, yanking: 0, yanks: 0 },
    watch: newPublishWatch(bucket.objects),
    onEvent: () => {},
    seed: () => Math.floor(random() * 2 ** 32),
  };
  return world;
}

/** Takes note of a change, holds it against every invariant, and sends its event. */
function changed(world: PublishingWorld, change: Change): void {
  const { watch } = world;
  const { key, after } = change;
  if (after !== null && pages.has(key)) {
    const tag = `${key} ${after.etag}`;
    if (watch.tags.has(tag)) watch.cameBack.add(key);
    watch.tags.add(tag);
  }
  for (const [name, invariant] of Object.entries(publishStepInvariants)) {
    const fault = world.broken === null ? invariant(watch, change) : null;
    if (fault !== null) world.broken = `${name}: ${fault}`;
  }
  const event = eventOf(key);
  if (event !== null) world.onEvent(event);
}

/** The event that a change sends, if any. */
function eventOf(key: ObjectKey): Changed | null {
  const { side, key: own } = keyWithin(key);
  if (pages.has(key)) return null;
  const touched = projects.filter((project) => own.startsWith(simplePrefix(project)));
  if (touched.length > 0) return { side, projects: touched, packages: [] };
  if (own.startsWith('conda/') && channelPlace(own).kind === 'package') return { side, projects: [], packages: [own] };
  if (controlOf(key, null) === null) return null;
  const decided = projects.filter((project) => own.endsWith(`/simple/${project}.json`));
  return { side, projects: decided, packages: decided.length > 0 ? [] : null };
}

/** What several events have an indexer do, side by side. */
const together = (batch: readonly Changed[]): Changed[] =>
  sides.flatMap((side) => {
    const own = batch.filter((one) => one.side === side);
    if (own.length === 0) return [];
    const packages = own.some((one) => one.packages === null) ? null : own.flatMap((one) => one.packages ?? []);
    return [{ side, projects: [...new Set(own.flatMap((one) => one.projects))], packages }];
  });

type Trouble = 'faults' | 'none';

function reach(
  world: PublishingWorld,
  actor: Actor,
  trouble: Trouble,
  acting: PublishWatch['acting'] = 'other',
): ActingWorld {
  const turn = () => {
    world.watch.acting = acting;
  };
  const { stall } = world.scenario;
  const faults = trouble === 'faults' ? { fates: randomFates(world.scenario), stall } : {};
  return { store: clientOf(world, actor, { ...faults, turn }), clock: clockOf(world, actor) };
}

/** Attempts at one action before it goes through undisturbed. */
const mostAttempts = 12;

/** Does one after the other; what was cut off, or told to retry, is done again by the same person. */
function perform(world: PublishingWorld, [first, ...rest]: readonly Act[], attempt = 0): void {
  if (first === undefined) return;
  const trouble: Trouble = attempt < mostAttempts ? 'faults' : 'none';
  world.time.start(
    world.seed(),
    async (actor) => {
      await world.time.wait(actor, actor.random() * (actor.random() < 0.5 ? 20 : 400));
      await first({ actor, reach: (acting) => reach(world, actor, trouble, acting) });
    },
    (ending) => {
      if (ending.how === 'ended') perform(world, rest);
      else if (ending.how === 'crashed' || isRetryable(ending.error)) perform(world, [first, ...rest], attempt + 1);
      else world.broken ??= `P6 poison isolation: ${String(ending.error)}`;
    },
  );
}

/** Each side is indexed with nobody beside, which must not fail. */
async function indexAlone(world: PublishingWorld): Promise<void> {
  world.onEvent = () => {};
  if (world.broken !== null) return;
  world.time.start(
    world.seed(),
    async (actor) => {
      for (const side of sides)
        await world.system.index({ side, projects, packages: null }, reach(world, actor, 'none'));
    },
    (ending) => {
      if (ending.how === 'threw') world.broken ??= `P6 poison isolation: a run alone failed: ${String(ending.error)}`;
    },
  );
  await world.time.run(() => world.broken !== null);
}

/** What `verify` says of each side in the end, with what is made of all subdirs. */
async function verified({ bucket, system: { judges } }: PublishingWorld): Promise<string | null> {
  const whole = memoryStore({}, bucket);
  for (const side of sides) {
    const store = side === 'channel' ? whole : stagingStore(whole);
    const world = { store, channel: 'conda', clock: standing, log: () => {} } as const;
    await indexChannel(world);
    const { problems } = await verify([noarch], world);
    const [first] = problems.filter(({ code }) => judges || code !== 'verify.verdict');
    if (first !== undefined) return `P7 verify is clean: ${side}: ${first.code} ${first.key} ${first.detail}`;
  }
  return null;
}

const standing: Clock = { now: () => simulatedStart, sleep: async () => {}, random: () => 0 };
