import { z } from 'zod';
import { parseJson, parseValue } from '../core/json.ts';
import { storedAllowlist } from '../core/read-stored-allowlist.ts';
import { indexChannel } from '../core/steps/index-channel.ts';
import { type IndexWorld, indexSubdir } from '../core/steps/index-subdir.ts';
import { reconcile } from '../core/steps/reconcile.ts';
import type { Subdir } from '../core/subdir.ts';
import { invalidationPaths } from './invalidate.ts';
import { inWorld } from './invocation.ts';
import { type IndexerWorld, openIndexer } from './open-world.ts';
import { type BatchReply, batchReply, eachMessage, type SqsMessage, sqsEventSchema } from './sqs-batch.ts';
import { both, type Look, touchedSchema } from './touched-subdirs.ts';

const reconcileSchema = z.object({ type: z.literal('reconcile') });
const eventSchema = z.union([sqsEventSchema, reconcileSchema]);

/** Indexes every subdir that a batch touches, once for all that touched it; then what is made from all of them. */
export async function index(event: unknown, world: IndexerWorld): Promise<BatchReply> {
  const parsed = parseValue(event, eventSchema, 'the event');
  if ('Records' in parsed) return indexBatch(parsed.Records, world);
  world.telemetry.note('reconcile', { subdirs: await reconcile(world) });
  return batchReply([]);
}

interface Parsed {
  readonly message: SqsMessage;
  readonly touched: ReadonlyMap<Subdir, Look>;
}

async function indexBatch(messages: readonly SqsMessage[], world: IndexerWorld): Promise<BatchReply> {
  const parsed: Parsed[] = [];
  const poison = await eachMessage(messages, world.telemetry, async (message) => {
    parsed.push({ message, touched: parseJson(message.body, touchedSchema, 'a message to the indexer') });
  });
  const failing = await indexTouched(looksOf(parsed), world);
  const failed = parsed.filter(({ touched }) => [...touched.keys()].some((subdir) => failing.has(subdir)));
  const again = batchReply(failed.map(({ message }) => message));
  return { batchItemFailures: [...poison.batchItemFailures, ...again.batchItemFailures] };
}

function looksOf(parsed: readonly Parsed[]): Map<Subdir, Look> {
  const looks = new Map<Subdir, Look>();
  for (const [subdir, look] of parsed.flatMap(({ touched }) => [...touched])) {
    looks.set(subdir, both(looks.get(subdir), look));
  }
  return looks;
}

/** @returns the subdirs whose messages must come again: all, when what is made of all of them failed */
async function indexTouched(looks: ReadonlyMap<Subdir, Look>, world: IndexerWorld): Promise<ReadonlySet<Subdir>> {
  if (looks.size === 0) return new Set();
  const forms = new Set((await storedAllowlist(world.store))?.forms);
  const failing = new Set<Subdir>();
  const changed: Subdir[] = [];
  for (const [subdir, look] of looks) {
    const outcome = await attempt(`index of ${subdir}`, world, () => indexOne(subdir, look, { ...world, forms }));
    if (outcome === null) failing.add(subdir);
    else if (outcome.changed) changed.push(subdir);
  }
  const whole = await attempt('channeldata', world, () => indexChannel(world));
  await invalidate(changed, { ...world, forms });
  return whole === null ? new Set(looks.keys()) : failing;
}

/** Null when it failed, which keeps nothing else from being done. */
async function attempt<T>(what: string, { telemetry }: IndexerWorld, work: () => Promise<T>): Promise<T | null> {
  try {
    return await work();
  } catch (error) {
    telemetry.failed(what, error);
    return null;
  }
}

type FormingWorld = IndexerWorld & Pick<IndexWorld, 'forms'>;

async function indexOne(subdir: Subdir, look: Look, world: FormingWorld) {
  const { telemetry } = world;
  const indexed = await indexSubdir(subdir, { ...world, log: telemetry.log }, look === 'all' ? {} : { hints: look });
  for (const problem of indexed.problems) telemetry.warn('problem', problem);
  telemetry.count('IndexProblems', indexed.problems.length);
  return indexed;
}

/** Who fails here has lost a minute: what the edges keep expires by itself. */
async function invalidate(changed: readonly Subdir[], world: FormingWorld): Promise<void> {
  const { invalidate: send, channel, forms = new Set() } = world;
  if (send === null || changed.length === 0) return;
  await attempt('invalidation', world, () => send(invalidationPaths(channel, changed, forms)));
}

export const handler = inWorld(openIndexer, index);
