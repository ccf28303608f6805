import type { FileDecision, ProjectControl } from '../../../core/documents/simple/project-control.ts';
import { type ObjectKey, projectPageKey, simplePages } from '../../../core/layout/keys.ts';
import type { ProjectName } from '../../../core/names/project-name.ts';
import type { Clock } from '../../../core/ports/clock.ts';
import type { Metadata, Store } from '../../../core/ports/store.ts';
import { seededRandom } from '../../support/random.ts';
import { decide } from '../../support/simple/simple-scene.ts';
import { type Change, memoryStore, newBucket } from '../../twins/store-memory.ts';
import { clientOf, clockOf, md5Tag, type Reached, randomFates } from '../client.ts';
import { startQueue } from '../queue.ts';
import { type Actor, timeline } from '../timeline.ts';
import { faultAtRest, simpleStepInvariants } from './simple-invariants.ts';
import { isOrderly, type SimpleScenario, type WheelAction } from './simple-scenario.ts';
import {
  controlled,
  controlOf,
  isThere,
  namesOf,
  newSimpleWatch,
  pageGeneration,
  pages,
  projects,
  type SimpleWatch,
  stateGeneration,
  stateOf,
} from './simple-watch.ts';
import { type SimulatedWheel, simulatedWheels } from './simulated-wheel.ts';

/** The system under test: brings the pages of projects up to date, or throws something that says to retry. */
export type SimpleIndexer = (run: {
  readonly store: Store;
  readonly clock: Clock;
  readonly projects: readonly ProjectName[] | 'all';
}) => Promise<void>;

interface SimpleWorld extends Reached {
  readonly scenario: SimpleScenario;
  readonly watch: SimpleWatch;
  broken: string | null;
  onEvent: (project: ProjectName) => void;
  seed(): number;
}

/** Runs one scenario to its end. Returns what did not hold, the first of it, named; null when all held. */
export async function simulateSimple(indexer: SimpleIndexer, scenario: SimpleScenario): Promise<string | null> {
  const world = newSimpleWorld(scenario);
  // Before all else: nobody could judge these bytes.
  const beforehand = memoryStore({}, world.bucket);
  for (const { verdict } of simulatedWheels) await beforehand.put(verdict.key, verdict.bytes);
  // A project that changed, or null: any may have.
  const queue = startQueue<ProjectName | null>(world, (actor, batch) => {
    const store = clientOf(world, actor, { fates: randomFates(scenario), stall: scenario.stall });
    const asked = batch.includes(null) ? 'all' : batch.filter((each) => each !== null);
    return indexer({ store, clock: clockOf(world, actor), projects: asked });
  });
  world.onEvent = (project) => queue.send((random) => (random() < scenario.events.hinted ? project : null));
  for (const [i, script] of scenario.wheels.entries()) {
    const wheel = simulatedWheels[i];
    if (wheel) world.time.start(world.seed(), (actor) => live(world, actor, { wheel, script }));
  }
  await world.time.run(() => world.broken !== null);
  if (!queue.dropped()) world.broken ??= faultAtRest(world.watch);
  await runAlone(world, indexer, 'all');
  world.broken ??= faultAtRest(world.watch);
  const before = world.bucket.versions;
  await runAlone(world, indexer, scenario.seed % 2 === 0 ? 'all' : projects);
  if (world.bucket.versions !== before) world.broken ??= 'R5 idempotent: nothing changed, and something was written';
  return world.broken;
}

function newSimpleWorld(scenario: SimpleScenario): SimpleWorld {
  const random = seededRandom(scenario.seed);
  const orderly = isOrderly(scenario);
  const bucket = newBucket({
    onChange: (change) => changed(world, change, orderly),
    now: () => 0,
    ...(scenario.etags === 'bytes' && { etagOf: md5Tag }),
  });
  const world: SimpleWorld = {
    scenario,
    time: timeline(),
    bucket,
    // A state is read whole, which no writer can keep a reader from.
    isState: () => false,
    watch: newSimpleWatch(bucket.objects, simulatedWheels.slice(0, scenario.wheels.length)),
    broken: null,
    onEvent: () => {},
    seed: () => Math.floor(random() * 2 ** 32),
  };
  return world;
}

/** Takes note of a change, holds it against every invariant, and sends its event. */
function changed(world: SimpleWorld, change: Change, orderly: boolean): void {
  const project = note(world.watch, change);
  for (const [name, invariant] of Object.entries(simpleStepInvariants)) {
    const fault = world.broken === null ? invariant(world.watch, change, orderly) : null;
    if (fault !== null) world.broken = `${name}: ${fault}`;
  }
  if (project !== undefined) world.onEvent(project);
}

/** The project whose event a change sends, if any. */
function note(watch: SimpleWatch, { key, after }: Change): ProjectName | undefined {
  const project = controlled(key);
  if (project !== undefined) noteControl(watch, project, controlOf(after));
  if (after !== null && pages.has(key)) noteTag(watch, key, after.etag);
  const wheel = watch.wheels.find((each) => each.key === key || each.beside.key === key);
  if (wheel === undefined) return project;
  if (after === null) removed(watch, wheel.fileName);
  else if (isThere(watch, wheel)) watch.existed.add(wheel.fileName);
  return wheel.project;
}

function noteControl(watch: SimpleWatch, project: ProjectName, control: ProjectControl): void {
  const was = watch.controls.get(project)?.files ?? {};
  for (const [fileName, { withdrawn }] of Object.entries(control.files))
    if (withdrawn && !was[fileName]?.withdrawn) removed(watch, fileName);
  watch.controls.set(project, control);
}

function noteTag({ tags, cameBack }: SimpleWatch, key: ObjectKey, etag: string): void {
  const tag = `${key} ${etag}`;
  if (tags.has(tag)) cameBack.add(key);
  tags.add(tag);
}

const removed = ({ removals }: SimpleWatch, fileName: string): void =>
  void removals.set(fileName, 1 + (removals.get(fileName) ?? 0));

interface Life {
  readonly wheel: SimulatedWheel;
  readonly script: readonly WheelAction[];
}

/** A wheel enters, and then its script happens to it, at any pace. */
async function live(world: SimpleWorld, actor: Actor, { wheel, script }: Life): Promise<void> {
  const store = clientOf(world, actor);
  for (const action of ['mirror', ...script] as const) {
    await world.time.wait(actor, actor.random() * (actor.random() < 0.5 ? 20 : 400));
    if (action === 'remove') return remove(world, actor, { store, wheel });
    await acts[action](store, wheel, actor);
  }
}

const create = async (store: Store, key: ObjectKey, { bytes, metadata }: { bytes: Uint8Array; metadata: Metadata }) => {
  await using staged = await store.stage();
  await staged.write(bytes);
  await staged.publish(key, metadata);
};

const same = (decision: FileDecision): FileDecision => decision;

type Act = (store: Store, wheel: SimulatedWheel, actor: Actor) => Promise<void>;

const acts: Readonly<Record<Exclude<WheelAction, 'remove'>, Act>> = {
  async mirror(store, wheel) {
    await store.put(wheel.provenance.key, wheel.provenance.bytes, { absent: true });
    await store.put(wheel.beside.key, wheel.beside.bytes, { absent: true });
    await create(store, wheel.key, wheel);
    await decide(store, wheel, same);
  },
  yank: (store, wheel, actor) =>
    decide(store, wheel, (decision) => ({ ...decision, yanked: `for ${Math.floor(actor.random() * 2)}` })),
  unyank: (store, wheel) => decide(store, wheel, ({ yanked: _, ...decision }) => decision),
  bound: (store, wheel, actor) =>
    decide(store, wheel, (decision) => ({ ...decision, requiresPython: `<3.${Math.floor(actor.random() * 3)}` })),
  withdraw: (store, wheel) =>
    decide(store, wheel, (decision) => ({ ...decision, withdrawn: { at: 1, reason: 'asked' } })),
  reinstate: (store, wheel) => decide(store, wheel, ({ withdrawn: _, ...decision }) => decision),
  delete: (store, wheel) => store.delete(wheel.key),
  'delete metadata': (store, wheel) => store.delete(wheel.beside.key),
  impostor: (store, wheel) => create(store, wheel.key, wheel.impostor),
};

/** The orderly way out: the bytes go once pages made under the withdrawal no longer list them. */
async function remove(world: SimpleWorld, actor: Actor, { store, wheel }: { store: Store; wheel: SimulatedWheel }) {
  await acts.withdraw(store, wheel, actor);
  for (let looks = 0; looks < 40; looks++) {
    await world.time.wait(actor, 100);
    if (!isOut(world.watch, wheel)) continue;
    // Where tags come back a page may too, so the bytes are kept until no worker of today is left.
    if (world.scenario.etags === 'bytes') await world.time.wait(actor, 20_000);
    world.watch.gone.add(wheel.fileName);
    await store.delete(wheel.key);
    return store.delete(wheel.beside.key);
  }
}

/**
 * Neither the state nor a page lists it, and both pages are there and as new as the state: where there is none yet, a
 * worker that saw the wheel may be about to write the first.
 */
function isOut({ objects }: SimpleWatch, { project, fileName }: SimulatedWheel): boolean {
  const state = objects.get(stateOf(project));
  if (state === undefined || Buffer.from(state.bytes).includes(fileName)) return false;
  return simplePages.every((page) => {
    const key = projectPageKey(project, page);
    const entry = objects.get(key);
    const isNew = entry !== undefined && pageGeneration(entry) >= stateGeneration(state);
    return isNew && !namesOf(key, entry).includes(fileName);
  });
}

/** One run with nobody beside it, which must not fail. */
async function runAlone(world: SimpleWorld, indexer: SimpleIndexer, asked: readonly ProjectName[] | 'all') {
  world.onEvent = () => {};
  if (world.broken !== null) return;
  world.time.start(
    world.seed(),
    (actor) => indexer({ store: clientOf(world, actor), clock: clockOf(world, actor), projects: asked }),
    (ending) => {
      if (ending.how === 'threw') world.broken ??= `R6 poison isolation: a run alone failed: ${String(ending.error)}`;
    },
  );
  await world.time.run(() => world.broken !== null);
}
