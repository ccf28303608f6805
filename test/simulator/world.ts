import { createHash } from 'node:crypto';
import { z } from 'zod';
import { canonicalJson, parseJson } from '../../core/json/json.ts';
import type { OptionalIndexFile } from '../../core/layout/index-files.ts';
import { objectKeySchema } from '../../core/layout/keys.ts';
import type { Clock } from '../../core/ports/clock.ts';
import type { Store } from '../../core/ports/store.ts';
import { seededRandom } from '../support/random.ts';
import {
  type Bucket,
  type Change,
  type Fault,
  memoryStore,
  newBucket,
  type StoreOperation,
} from '../twins/store-memory.ts';
import type { PackageEvent } from './indexer.ts';
import type { Faults, Scenario } from './scenario.ts';
import { packageNumbers, packageOf } from './simulated-package.ts';
import { stepInvariants } from './step-invariants.ts';
import { type Actor, never, type Timeline, timeline } from './timeline.ts';
import { controlOf, isIndexFile, newWatch, rootKey, theControl, type Watch } from './watch.ts';

/** What becomes of one call: it works when there is none. */
type Fate = Fault | 'crash' | undefined;
export type Fates = (operation: StoreOperation, key: string, actor: Actor) => Fate;

/** A bucket, the time it lives in, and one who sees all of it. */
export interface World {
  readonly scenario: Scenario;
  readonly time: Timeline;
  readonly bucket: Bucket;
  readonly watch: Watch;
  /** What does not hold, the first of it. */
  broken: string | null;
  /** Told of each change to a package or to control (null). */
  onEvent: (event: PackageEvent | null) => void;
  /** A number that no one else gets, for seeds. */
  seed(): number;
}

export function newWorld(scenario: Scenario): World {
  const random = seededRandom(scenario.seed);
  const packages = scenario.packages.map(({ kind }, i) => packageOf(packageNumbers[i] ?? 0, kind));
  const bucket = newBucket({
    onChange: (change) => changed(world, change),
    ...(scenario.etags === 'bytes' && { etagOf: md5 }),
  });
  const world: World = {
    scenario,
    time: timeline(),
    bucket,
    watch: newWatch(bucket.objects, packages),
    broken: null,
    onEvent: () => {},
    seed: () => Math.floor(random() * 2 ** 32),
  };
  return world;
}

const md5 = (bytes: Uint8Array): string => `"${createHash('md5').update(bytes).digest('hex')}"`;

/** Takes note of a change, holds it against every invariant, and sends its event. */
function changed(world: World, change: Change): void {
  const { watch } = world;
  const event = note(watch, change);
  for (const [name, invariant] of Object.entries(stepInvariants)) {
    const fault = world.broken === null ? invariant(watch, change) : null;
    if (fault !== null) world.broken = `${name}: ${fault}`;
  }
  if (event !== undefined) world.onEvent(event);
}

/** The event that a change sends, if any. */
function note(watch: Watch, change: Change): PackageEvent | null | undefined {
  const { key, after } = change;
  if (key === theControl) return noteControl(watch, change);
  if (after !== null && isIndexFile(key, after)) {
    const tag = `${key} ${after.etag}`;
    if (watch.tags.has(tag)) watch.cameBack.add(key);
    watch.tags.add(tag);
  }
  const named = watch.packages.find((candidate) => candidate.key === key);
  if (named === undefined) return undefined;
  if (after === null) removed(watch, named.filename);
  else if (Buffer.from(named.bytes).equals(after.bytes)) watch.existed.add(named.filename);
  return { filename: named.filename, type: after === null ? 'removed' : 'created' };
}

function noteControl(watch: Watch, { after }: Change): null {
  const control = controlOf(after);
  for (const [filename, { withdrawn }] of Object.entries(control.packages))
    if (withdrawn && !watch.control.packages[filename]?.withdrawn) removed(watch, filename);
  watch.control = control;
  return null;
}

function removed(watch: Watch, filename: string): void {
  watch.removals.set(filename, 1 + (watch.removals.get(filename) ?? 0));
}

/** The bucket as one actor reaches it, over a line on which calls take time and fail. */
export function clientOf(
  world: World,
  actor: Actor,
  { fates, stall = 0, rivals = 0 }: { fates?: Fates; stall?: number; rivals?: number } = {},
): Store {
  const latency = () => actor.random() * (actor.random() < stall ? 500 : 10);
  let fate: Fate;
  return memoryStore(
    {
      before(operation, key) {
        fate = fates?.(operation, key, actor);
        if (fate === 'crash') world.time.crash(actor);
        if (actor.state === 'crashed') return never;
        // Nobody else sees these: they need no turn of their own.
        if (operation === 'stage' || operation === 'write') return;
        const waited = world.time.wait(actor, latency());
        const isOvertaken = rivals > 0 && operation.startsWith('read') && key === rootKey && actor.random() < rivals;
        return isOvertaken ? waited.then(() => rewriteState(world)) : waited;
      },
      fault: () => (fate === 'crash' ? undefined : fate),
      pageSize: world.scenario.pageSize,
    },
    world.bucket,
  );
}

const revised = z.looseObject({ revision: z.int() });

/** What a rival does that has nothing to say: the state is the same, but for its revision and so its tag. */
async function rewriteState({ bucket }: World): Promise<void> {
  const key = objectKeySchema.parse(rootKey);
  const there = bucket.objects.get(key);
  if (there === undefined) return;
  const state = parseJson(Buffer.from(there.bytes).toString('utf8'), revised, key);
  const bytes = Buffer.from(canonicalJson({ ...state, revision: state.revision + 1 }));
  await memoryStore({}, bucket).put(key, bytes, { etag: there.etag });
}

/** Faults by chance. */
export function randomFates({ faults }: Scenario): Fates {
  return (operation, _key, { random }) => {
    const [chance, written] = [random(), random()];
    if (chance < faults.crash) return 'crash';
    if (chance < faults.crash + faults.broken) return 'broken';
    return chosen(operation, written, faults);
  };
}

function chosen(operation: StoreOperation, chance: number, { ambiguous, conflict }: Faults): Fate {
  const conditional = operation === 'put' || operation === 'publish';
  if (!conditional) return undefined;
  if (chance < ambiguous) return 'ambiguous';
  return chance < ambiguous + conflict ? 'conflict' : undefined;
}

/** A worker's own clock: it may be wrong, and then agrees with no other's; or it stands still, the same for all. */
export function clockOf({ time, scenario: { skew } }: World, actor: Actor): Clock {
  const start = 1_767_225_600_000;
  const wrong = Math.floor((actor.random() - 0.5) * 2 * skew);
  return {
    now: () => (skew === 0 ? start : start + Math.floor(time.now()) + wrong),
    sleep: (milliseconds) => time.wait(actor, milliseconds),
    random: actor.random,
  };
}

const cheapForms = new Set<OptionalIndexFile>(['repodata_shards.msgpack.zst', 'repodata_from_packages.json']);
const noForms: ReadonlySet<OptionalIndexFile> = new Set();

/** The option forms that one run asks for; one that nobody in particular does asks for none unless all do. */
export function formsOf({ scenario: { forms } }: World, actor?: Actor): ReadonlySet<OptionalIndexFile> {
  if (forms === 'some' && actor !== undefined) return actor.random() < 0.5 ? cheapForms : noForms;
  return forms === 'all' ? cheapForms : noForms;
}

export const objectAt = (world: World, key: string) => world.bucket.objects.get(objectKeySchema.parse(key));
