import { writeFileDecisions } from '../../../core/diff/write-file-decisions.ts';
import { channelPlace } from '../../../core/layout/channel-place.ts';
import { type ObjectKey, simplePrefix } from '../../../core/layout/keys.ts';
import { keyWithin, type Side, sides } from '../../../core/layout/sides.ts';
import { noarch } from '../../../core/names/subdir.ts';
import { verify } from '../../../core/steps/verify.ts';
import { stagingStore } from '../../../core/store/staging-store.ts';
import { seededRandom } from '../../support/random.ts';
import { type Change, memoryStore, newBucket } from '../../twins/store-memory.ts';
import { clientOf, clockOf, md5Tag, type Reached, randomFates } from '../client.ts';
import { isRetryable, startQueue } from '../queue.ts';
import { type Actor, timeline } from '../timeline.ts';
import { publishFaultAtRest, publishStepInvariants } from './publish-invariants.ts';
import type { MirrorAction, PublishAction, PublishScenario } from './publish-scenario.ts';
import type { ActingWorld, Changed, PublishSystem } from './publish-system.ts';
import {
  at,
  controlOf,
  counted,
  listedOn,
  newPublishWatch,
  type PublishWatch,
  pages,
  projects,
} from './publish-watch.ts';
import { mirrored, releases } from './simulated-release.ts';

interface PublishingWorld extends Reached {
  readonly system: PublishSystem;
  readonly scenario: PublishScenario;
  readonly watch: PublishWatch;
  broken: string | null;
  onEvent: (changed: Changed) => void;
  seed(): number;
  /** How many yank at this moment, and how often anybody began to. */
  yanking: number;
  yanks: number;
}

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
      script.map((action) => (acting) => act(world, action, acting)),
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

/** How somebody who does something reaches the world. */
interface Acting {
  readonly actor: Actor;
  reach(acting?: PublishWatch['acting']): ActingWorld;
}
type Act = (acting: Acting) => Promise<void>;

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

async function act(world: PublishingWorld, action: PublishAction, acting: Acting): Promise<void> {
  const { system, watch } = world;
  if (action.act === 'sync') return write(world, acting);
  const release = releases[action.release];
  if (release === undefined) return;
  if (action.act === 'delete') return deleteByHand(world, action, acting);
  if (action.act === 'yank' || action.act === 'undo') return yankOrUndo(world, action, acting);
  const published =
    action.act === 'publish'
      ? await system.publish(release.makes[action.make] ?? [], action.to, acting.reach())
      : await system.promote(release, acting.reach());
  counted(watch, published.length > 0 ? action.act : `${action.act} refused`);
  for (const key of published) watch.promised.add(key);
  if (action.act === 'promote') expectOnBothSides(world, published);
}

function expectOnBothSides(world: PublishingWorld, promoted: readonly string[]): void {
  const { objects, byHand } = world.watch;
  const isThere = (key: string) => byHand.has(key) || [...objects.keys()].some((each) => each === key);
  const lacking = promoted.flatMap((key) => [key, `staging/${key}`]).find((key) => !isThere(key));
  if (lacking !== undefined) world.broken ??= `P5 on both sides: ${lacking} was promoted, and is not there`;
}

async function write(world: PublishingWorld, acting: Acting): Promise<void> {
  const carryOut = await world.system.plan(acting.reach());
  await world.time.wait(acting.actor, acting.actor.random() * 200);
  await carryOut();
  counted(world.watch, 'sync');
}

/** What was said to be yanked is so at that moment, unless somebody else yanked or took back meanwhile. */
async function yankOrUndo(
  world: PublishingWorld,
  { act: what, release }: Extract<PublishAction, { act: 'promote' | 'yank' | 'undo' }>,
  acting: Acting,
): Promise<void> {
  const own = releases[release];
  if (own === undefined) return;
  const reason = what === 'undo' ? null : `breaks ${Math.floor(acting.actor.random() * 2)}`;
  const began = ++world.yanks;
  const wasAlone = world.yanking === 0;
  world.yanking += 1;
  try {
    const files = await world.system.yank(own, reason, acting.reach('yank'));
    counted(world.watch, files.length > 0 ? what : `${what} of nothing`);
    if (wasAlone && began === world.yanks) expectYank(world, files, reason);
  } finally {
    world.yanking -= 1;
  }
}

function expectYank(world: PublishingWorld, files: readonly string[], reason: string | null): void {
  const said = [...world.bucket.objects].flatMap(([key, entry]) => Object.entries(controlOf(key, entry) ?? {}));
  for (const key of files) {
    const name = key.slice(key.lastIndexOf('/') + 1);
    const now = said.find(([fileName]) => fileName === name)?.[1].yank?.reason ?? null;
    if (now !== reason) world.broken ??= `P3 no lost decision: the yank of ${key} is ${now} and not ${reason}`;
  }
}

async function deleteByHand(
  world: PublishingWorld,
  { release, file, side }: Extract<PublishAction, { act: 'delete' }>,
  acting: Acting,
): Promise<void> {
  const own = releases[release]?.makes[0][file];
  if (own === undefined) return;
  const key = at(side, own.key);
  world.watch.byHand.add(key);
  if (world.bucket.objects.has(key)) counted(world.watch, 'delete');
  await acting.reach().store.delete(key);
}

/** The wheel of an index comes, is withdrawn, and goes in order: off every page for good, and then its bytes. */
const mirrorActs: Readonly<Record<MirrorAction, (world: PublishingWorld, acting: Acting) => Promise<void>>> = {
  async mirror({ system, watch }, acting) {
    await system.mirror(acting.reach());
    counted(watch, 'mirror');
  },
  withdraw: (_, acting) => withdraw(acting),
  async remove(world, acting) {
    await withdraw(acting);
    // By then every worker of before is done.
    do await world.time.wait(acting.actor, 5000);
    while (isListed(world.watch));
    const { store } = acting.reach();
    await store.delete(mirrored.key);
    if (mirrored.metadataKey !== null) await store.delete(mirrored.metadataKey);
    counted(world.watch, 'remove');
  },
};

async function withdraw(acting: Acting): Promise<void> {
  const { store, clock } = acting.reach();
  const decision = { why: ['up'], withdrawn: { at: 1, reason: 'no entry needs it' } };
  await writeFileDecisions({ [mirrored.project]: { [mirrored.fileName]: decision } }, { store, clock });
}

const isListed = ({ objects }: PublishWatch): boolean =>
  [...objects].some(([key, entry]) => pages.has(key) && listedOn(key, entry).some((one) => one.key === mirrored.key));

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

/** What `verify` says of each side in the end. */
async function verified({ bucket }: PublishingWorld): Promise<string | null> {
  const whole = memoryStore({}, bucket);
  const stores: Readonly<Record<Side, typeof whole | ReturnType<typeof stagingStore>>> = {
    channel: whole,
    staging: stagingStore(whole),
  };
  for (const side of sides) {
    const world = { store: stores[side], channel: 'conda', clock: { now: () => 0 }, log: () => {} } as const;
    const [first] = (await verify([noarch], world)).problems;
    if (first !== undefined) return `P7 verify is clean: ${side}: ${first.code} ${first.key} ${first.detail}`;
  }
  return null;
}
