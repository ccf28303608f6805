import { isPassing, keyOfVerdict } from '../../core/documents/gate/verdict.ts';
import type { OptionalIndexFile } from '../../core/layout/index-files.ts';
import { objectKeySchema } from '../../core/layout/keys.ts';
import { seededRandom } from '../support/random.ts';
import { type Change, newBucket } from '../twins/store-memory.ts';
import { md5Tag, type Reached } from './client.ts';
import type { PackageEvent } from './indexer.ts';
import type { Scenario } from './scenario.ts';
import { packageNumbers, packageOf } from './simulated-package.ts';
import { stepInvariants } from './step-invariants.ts';
import { type Actor, timeline } from './timeline.ts';
import { controlOf, isIndexFile, newWatch, rootKey, theControl, verdictOf, type Watch } from './watch.ts';

/** A bucket, the time it lives in, and one who sees all of it. */
export interface World extends Reached {
  readonly scenario: Scenario;
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
    ...(scenario.etags === 'bytes' && { etagOf: md5Tag }),
  });
  const world: World = {
    scenario,
    time: timeline(),
    bucket,
    isState: (key) => key === rootKey,
    watch: newWatch(bucket.objects, packages),
    broken: null,
    onEvent: () => {},
    seed: () => Math.floor(random() * 2 ** 32),
  };
  return world;
}

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
  noteVerdict(watch, change);
  const named = watch.packages.find((candidate) => candidate.key === key);
  if (named === undefined) return undefined;
  if (after === null) removed(watch, named.filename);
  else if (Buffer.from(named.bytes).equals(after.bytes)) watch.existed.add(named.filename);
  return { filename: named.filename, type: after === null ? 'removed' : 'created' };
}

/** From the moment on that its verdict turned bad a package may leave the index; control then says that it must. */
function noteVerdict(watch: Watch, { key, before, after }: Change): void {
  const judged = watch.packages.find(({ verdict }) => verdict && keyOfVerdict(verdict.id, verdict.sha256) === key);
  if (judged === undefined || after === null) return;
  if (isPassing(verdictOf(after))) watch.passed.add(judged.filename);
  else if (before !== null && isPassing(verdictOf(before))) removed(watch, judged.filename);
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

const cheapForms = new Set<OptionalIndexFile>(['repodata_shards.msgpack.zst', 'repodata_from_packages.json']);
const noForms: ReadonlySet<OptionalIndexFile> = new Set();

/** The option forms that one run asks for; one that nobody in particular does asks for none unless all do. */
export function formsOf({ scenario: { forms } }: World, actor?: Actor): ReadonlySet<OptionalIndexFile> {
  if (forms === 'some' && actor !== undefined) return actor.random() < 0.5 ? cheapForms : noForms;
  return forms === 'all' ? cheapForms : noForms;
}

export const objectAt = (world: World, key: string) => world.bucket.objects.get(objectKeySchema.parse(key));
