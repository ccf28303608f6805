import { z } from 'zod';
import { findStoredAllowlist } from '../core/documents/allowlist/stored-allowlist.ts';
import { noteClock } from '../core/documents/clocks.ts';
import type { Gate } from '../core/gate/gate.ts';
import type { GateShell } from '../core/gate/judge/gate-by-allowlist.ts';
import { parseJson, parseValue } from '../core/json/json.ts';
import type { ObjectKey } from '../core/layout/keys.ts';
import { type Side, sides } from '../core/layout/sides.ts';
import type { ProjectName } from '../core/names/project-name.ts';
import { noarch, type Subdir } from '../core/names/subdir.ts';
import type { Problem } from '../core/problems/problem.ts';
import { indexChannel } from '../core/steps/index-channel.ts';
import { indexProjects } from '../core/steps/index-projects.ts';
import { type IndexWorld, indexSubdir, maxSubdirsAtOnce } from '../core/steps/index-subdir.ts';
import { reconcile } from '../core/steps/reconcile.ts';
import { channelStrays } from '../core/store/channel-strays.ts';
import { mapInOrder } from '../core/store/map-in-order.ts';
import { simpleStrays } from '../core/store/simple-strays.ts';
import { stagingStrays } from '../core/store/staging-strays.ts';
import { collectStrays, type StrayCollector } from '../core/store/strays.ts';
import { cloudGate } from './cloud-gate.ts';
import { type BatchReply, batchReply, eachMessage, type SqsMessage, sqsEventSchema } from './events.ts';
import { type Context, inWorld } from './in-world.ts';
import { indexPaths, projectPaths } from './invalidation-paths.ts';
import { lacksTime } from './reading-time.ts';
import { worldOf } from './side-world.ts';
import { soonAgain } from './soon-again.ts';
import { type Touched, type TouchedKeys, type TouchedSides, toldSchema, unionOfSides } from './touched.ts';
import { type IndexerWorld, openIndexer } from './world.ts';

const reconcileSchema = z.object({ type: z.literal('reconcile') });
const eventSchema = z.union([sqsEventSchema, reconcileSchema]);

/**
 * Indexes each subdir and each project that a batch touches once, in the channel and in staging, however many messages
 * name it; then what is made of all subdirs.
 */
export async function index(event: unknown, opened: IndexerWorld, context: Context): Promise<BatchReply> {
  // A file that was copied in is hashed before it is read: what takes both is no matter for another invocation.
  const remaining = () => context.getRemainingTimeInMillis();
  const world = { ...opened, lacksTime: lacksTime(remaining, remaining() / 2) };
  const parsed = parseValue(event, eventSchema, 'the event');
  if ('Records' in parsed) return indexBatch(parsed.Records, world);
  await noteClock('reconcile', world);
  for (const side of sides) await reconcileSide(side, worldOf(side, world));
  warnOfStrays([await stagingStrays(world.store)], world);
  return batchReply([]);
}

async function reconcileSide(side: Side, world: IndexerWorld): Promise<void> {
  const { subdirs, projects, strays } = await reconcile({ ...world, side });
  world.telemetry.note('reconcile', { side, subdirs, projects: projects.length });
  warnOfStrays(strays, world);
}

type TimedWorld = IndexerWorld & Pick<GateShell, 'lacksTime'>;
type GatedWorld = IndexerWorld & { readonly gate: Gate };

interface ParsedMessage {
  readonly message: SqsMessage;
  readonly told: TouchedSides;
}

async function indexBatch(messages: readonly SqsMessage[], world: TimedWorld): Promise<BatchReply> {
  const parsed: ParsedMessage[] = [];
  const unreadable = await eachMessage(messages, world.telemetry, async (message) => {
    parsed.push({ message, told: parseJson(message.body, toldSchema, 'a message to the indexer') });
  });
  const touched = unionOfSides(parsed.map(({ told }) => told));
  const staged = await wholeChannel(touched.staging, world);
  const failing = {
    channel: await indexSide(touched.channel, world),
    staging: await indexSide(staged, worldOf('staging', world)),
  };
  const isFailing = ({ subdirs, projects }: Touched, side: Side) => {
    const own = [...subdirs.keys(), ...projects];
    const needed = own.length > 0 && side === 'staging' ? staged.subdirs.keys() : [];
    return [...own, ...needed].some((each) => failing[side].has(each));
  };
  const failed = parsed.filter(({ told }) => sides.some((side) => isFailing(told[side], side)));
  const again = batchReply(failed.map(({ message }) => message));
  return { batchItemFailures: [...unreadable.batchItemFailures, ...again.batchItemFailures] };
}

/**
 * What is touched of staging, with every configured subdir and `noarch`, without which conda takes a channel for none:
 * nothing but what is published there makes them.
 */
async function wholeChannel(touched: Touched, { store }: IndexerWorld): Promise<Touched> {
  if (touched.subdirs.size + touched.projects.size === 0) return touched;
  const platforms = (await findStoredAllowlist(store))?.platforms ?? [];
  const always = [...platforms, noarch].map((subdir): [Subdir, TouchedKeys] => [subdir, []]);
  return { ...touched, subdirs: new Map([...always, ...touched.subdirs]) };
}

/** @returns the subdirs and projects whose messages must come again */
async function indexSide(
  { subdirs, projects, others }: Touched,
  world: TimedWorld,
): Promise<ReadonlySet<Subdir | ProjectName>> {
  await tellOfStrays(others, world);
  if (subdirs.size + projects.size === 0) return new Set();
  const judging = { ...world, gate: await cloudGate(world, world) };
  return new Set([...(await indexTouched(subdirs, judging)), ...(await indexForPip(projects, judging))]);
}

/** Tells of files that somebody put in under a name that nobody indexes. Of a key's two readings one may be no object. */
async function tellOfStrays(keys: ReadonlySet<ObjectKey>, world: IndexerWorld): Promise<void> {
  const [ofChannel, ofProjects] = [collectStrays(channelStrays), collectStrays(simpleStrays)];
  for (const key of [...keys].sort()) {
    const [rules, strays] = key.startsWith('simple/') ? [simpleStrays, ofProjects] : [channelStrays, ofChannel];
    if (rules.object(key) === null) continue;
    if ((await attempt(`look at ${key}`, world, () => world.store.get(key))) !== null) strays.object(key);
  }
  if (ofChannel.count() + ofProjects.count() > 0) warnOfStrays([ofChannel, ofProjects], world);
}

function warnOfStrays(strays: readonly StrayCollector[], { telemetry }: IndexerWorld): void {
  const found = strays.flatMap((each) => each.found());
  for (const stray of found) telemetry.warn('problem', { code: 'index.stray', ...stray });
  telemetry.count(
    'StrayFiles',
    strays.reduce((sum, each) => sum + each.count(), 0),
  );
}

/** @returns the subdirs whose messages must come again: all, when what is made of all of them failed */
async function indexTouched(touched: ReadonlyMap<Subdir, TouchedKeys>, world: GatedWorld): Promise<Iterable<Subdir>> {
  if (touched.size === 0) return [];
  const asked = new Set((await findStoredAllowlist(world.store))?.forms);
  const failing: Subdir[] = [];
  const changed: Subdir[] = [];
  const work = async ([subdir, keys]: readonly [Subdir, TouchedKeys]) => {
    const indexed = await attempt(`index of ${subdir}`, world, () => indexOne(subdir, keys, { ...world, asked }));
    return { subdir, indexed };
  };
  for await (const { subdir, indexed } of mapInOrder(touched, maxSubdirsAtOnce, work)) {
    if (indexed === null) failing.push(subdir);
    else if (indexed.changed) changed.push(subdir);
  }
  const whole = await attempt('channeldata', world, () => indexChannel(world));
  if (changed.length > 0) await invalidate(indexPaths(world, changed, asked), world);
  return whole === null ? touched.keys() : failing;
}

/** @returns the projects whose messages must come again: all or none, for they are indexed side by side */
async function indexForPip(projects: ReadonlySet<ProjectName>, world: GatedWorld): Promise<Iterable<ProjectName>> {
  if (projects.size === 0) return [];
  const work = () => indexProjects([...projects], { ...world, log: world.telemetry.log });
  const indexed = await attempt('pages for pip', world, work);
  if (indexed === null) return projects;
  warnOfProblems([...indexed.projects.flatMap(({ problems }) => problems), ...indexed.problems], world);
  const changed = indexed.projects.filter((each) => each.changed).map(({ project }) => project);
  if (changed.length > 0 || indexed.changed) await invalidate(projectPaths(changed), world);
  return [];
}

/** Null when the work failed, which is logged and keeps nothing else from being done. */
async function attempt<T>(what: string, { telemetry }: IndexerWorld, work: () => Promise<T>): Promise<T | null> {
  try {
    return await work();
  } catch (error) {
    telemetry.failed(what, error);
    return null;
  }
}

async function indexOne(subdir: Subdir, keys: TouchedKeys, world: GatedWorld & Pick<IndexWorld, 'asked'>) {
  const { log } = world.telemetry;
  const indexed = await indexSubdir(subdir, { ...world, log }, keys === 'all' ? {} : { hints: keys });
  warnOfProblems(indexed.problems, world);
  return indexed;
}

function warnOfProblems(problems: readonly Problem[], { telemetry }: IndexerWorld): void {
  for (const problem of problems) telemetry.warn('problem', problem);
  telemetry.count('IndexProblems', problems.length);
}

/** An invalidation that fails costs clients a minute: the edges' copies expire by themselves. */
async function invalidate(paths: readonly string[], world: IndexerWorld): Promise<void> {
  const { invalidate: send } = world;
  if (send !== null) await attempt('invalidation', world, () => send(paths));
}

export const handler = inWorld(openIndexer, soonAgain(index));
