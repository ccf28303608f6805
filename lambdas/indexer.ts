import { z } from 'zod';
import { findStoredAllowlist } from '../core/documents/allowlist/stored-allowlist.ts';
import { parseJson, parseValue } from '../core/json/json.ts';
import { channelPlace } from '../core/layout/channel-place.ts';
import { type ChannelName, channeldataKey, channelNames, indexKey, type ObjectKey } from '../core/layout/keys.ts';
import { type Subdir, subdirSchema } from '../core/names/subdir.ts';
import { outputs } from '../core/outputs/outputs.ts';
import { indexChannel } from '../core/steps/index-channel.ts';
import { type IndexWorld, indexSubdir } from '../core/steps/index-subdir.ts';
import { reconcile } from '../core/steps/reconcile.ts';
import { channelStrays } from '../core/store/channel-strays.ts';
import { collectStrays, type StrayCollector } from '../core/store/strays.ts';
import { type BatchReply, batchReply, eachMessage, type SqsMessage, s3KeysSchema, sqsEventSchema } from './events.ts';
import { soonAgain } from './soon-again.ts';
import { type IndexerWorld, inWorld, openIndexer } from './world.ts';

const reconcileSchema = z.object({ type: z.literal('reconcile') });
const eventSchema = z.union([sqsEventSchema, reconcileSchema]);
const indexMessageSchema = z.strictObject({ type: z.literal('index'), subdir: subdirSchema });

/** What may have changed in a subdir: the objects under these keys, or anything. */
type Touched = readonly ObjectKey[] | 'all';

interface Told {
  readonly touched: ReadonlyMap<Subdir, Touched>;
  /** Keys that would be packages under another name. */
  readonly strays: readonly ObjectKey[];
}

/** What a message tells the indexer. An event is a hint: what it says is read anew, never trusted. */
const toldSchema = z.union([
  indexMessageSchema.transform(({ subdir }): Told => ({ touched: new Map([[subdir, 'all']]), strays: [] })),
  s3KeysSchema.transform((keys): Told => ({ touched: union(keys.flatMap(touchedBy)), strays: keys.filter(isStray) })),
]);

/** Indexes each subdir that a batch touches once, however many messages name it; then what is made of all subdirs. */
export async function index(event: unknown, world: IndexerWorld): Promise<BatchReply> {
  const parsed = parseValue(event, eventSchema, 'the event');
  if ('Records' in parsed) return indexBatch(parsed.Records, world);
  const { subdirs, strays } = await reconcile(world);
  world.telemetry.note('reconcile', { subdirs });
  warnOfStrays(strays, world);
  return batchReply([]);
}

interface ParsedMessage extends Told {
  readonly message: SqsMessage;
}

async function indexBatch(messages: readonly SqsMessage[], world: IndexerWorld): Promise<BatchReply> {
  const parsed: ParsedMessage[] = [];
  const unreadable = await eachMessage(messages, world.telemetry, async (message) => {
    parsed.push({ message, ...parseJson(message.body, toldSchema, 'a message to the indexer') });
  });
  const failing = await indexTouched(union(parsed.flatMap(({ touched }) => [...touched])), world);
  await tellOfStrays(new Set(parsed.flatMap(({ strays }) => strays)), world);
  const failed = parsed.filter(({ touched }) => [...touched.keys()].some((subdir) => failing.has(subdir)));
  const again = batchReply(failed.map(({ message }) => message));
  return { batchItemFailures: [...unreadable.batchItemFailures, ...again.batchItemFailures] };
}

function union(touched: readonly (readonly [Subdir, Touched])[]): Map<Subdir, Touched> {
  const bySubdir = new Map<Subdir, Touched>();
  for (const [subdir, keys] of touched) {
    const before = bySubdir.get(subdir) ?? [];
    bySubdir.set(subdir, before === 'all' || keys === 'all' ? 'all' : [...before, ...keys]);
  }
  return bySubdir;
}

const [indexedChannel] = channelNames;

/** Empty for a key of which no index is made. A changed control may change every record of its subdir. */
function touchedBy(key: ObjectKey): (readonly [Subdir, Touched])[] {
  const place = isOfChannel(key) ? channelPlace(key) : null;
  if (place?.kind === 'package') return [[place.subdir, [key]]];
  const [, name] = new RegExp(`^_gatehouse/control/${indexedChannel}/([^/]+)\\.json$`).exec(key) ?? [];
  const subdir = subdirSchema.safeParse(name).data;
  return subdir === undefined ? [] : [[subdir, 'all']];
}

const isOfChannel = (key: ObjectKey): boolean => key.startsWith(`${indexedChannel}/`);

const isStray = (key: ObjectKey): boolean => isOfChannel(key) && channelStrays.object(key) !== null;

/** Tells of files that somebody put in under a name that nobody indexes. Of a key's two readings one may be no object. */
async function tellOfStrays(keys: ReadonlySet<ObjectKey>, world: IndexerWorld): Promise<void> {
  const strays = collectStrays(channelStrays);
  for (const key of [...keys].sort()) {
    if ((await attempt(`look at ${key}`, world, () => world.store.get(key))) !== null) strays.object(key);
  }
  if (strays.count() > 0) warnOfStrays(strays, world);
}

function warnOfStrays(strays: StrayCollector, { telemetry }: IndexerWorld): void {
  for (const stray of strays.found()) telemetry.warn('problem', { code: 'index.stray', ...stray });
  telemetry.count('StrayFiles', strays.count());
}

/** @returns the subdirs whose messages must come again: all, when what is made of all of them failed */
async function indexTouched(touched: ReadonlyMap<Subdir, Touched>, world: IndexerWorld): Promise<ReadonlySet<Subdir>> {
  if (touched.size === 0) return new Set();
  const asked = new Set((await findStoredAllowlist(world.store))?.forms);
  const failing = new Set<Subdir>();
  const changed: Subdir[] = [];
  for (const [subdir, keys] of touched) {
    const indexed = await attempt(`index of ${subdir}`, world, () => indexOne(subdir, keys, { ...world, asked }));
    if (indexed === null) failing.add(subdir);
    else if (indexed.changed) changed.push(subdir);
  }
  const whole = await attempt('channeldata', world, () => indexChannel(world));
  await invalidate(changed, { ...world, asked });
  return whole === null ? new Set(touched.keys()) : failing;
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

type AskedWorld = IndexerWorld & Pick<IndexWorld, 'asked'>;

async function indexOne(subdir: Subdir, keys: Touched, world: AskedWorld) {
  const { telemetry } = world;
  const indexed = await indexSubdir(subdir, { ...world, log: telemetry.log }, keys === 'all' ? {} : { hints: keys });
  for (const problem of indexed.problems) telemetry.warn('problem', problem);
  telemetry.count('IndexProblems', indexed.problems.length);
  return indexed;
}

/** An invalidation that fails costs clients a minute: the edges' copies expire by themselves. */
async function invalidate(changed: readonly Subdir[], world: AskedWorld): Promise<void> {
  const { invalidate: send, channel, asked = new Set() } = world;
  if (send === null || changed.length === 0) return;
  await attempt('invalidation', world, () => send(invalidationPaths(channel, changed, asked)));
}

/**
 * The paths of index files, each by its name: CloudFront takes 15 wildcards at a time, and each runs for minutes.
 * https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/InvalidationLimits.html
 *
 * @param asked the index files by option that the allowlist asks for
 */
export function invalidationPaths(
  channel: ChannelName,
  subdirs: readonly Subdir[],
  asked: ReadonlySet<string>,
): string[] {
  const changing = outputs.filter(({ scope, cache }) => scope === 'subdir' && cache === 'one minute');
  const files = changing.filter(({ written, file }) => written !== 'option' || asked.has(file));
  const paths = subdirs.flatMap((subdir) => files.map(({ file }) => `/${indexKey(channel, subdir, file)}`));
  return [...paths, `/${channeldataKey(channel)}`];
}

export const handler = inWorld(openIndexer, soonAgain(index));
