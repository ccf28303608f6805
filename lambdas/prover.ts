import { z } from 'zod';
import { readStoredAllowlist } from '../core/documents/allowlist/stored-allowlist.ts';
import { readProven } from '../core/documents/known-outcomes.ts';
import { failingEntries } from '../core/documents/proof.ts';
import { plannedPythons } from '../core/documents/run.ts';
import { parseJson, parseValue } from '../core/json/json.ts';
import { indexOf, type ProofReport, proveWithin } from '../core/steps/prove.ts';
import { type BatchReply, batchReply, eachMessage, type SqsMessage, s3KeysSchema, sqsEventSchema } from './events.ts';
import { type Context, inWorld } from './in-world.ts';
import { soonAgain } from './soon-again.ts';
import { openProver, type ProverWorld } from './world.ts';

/** Its own message, which comes two minutes later. Without more than the type, as a person sends it, it proves at once. */
const proveSchema = z.strictObject({
  type: z.literal('prove'),
  waiting: z
    .strictObject({
      /** The index as it was when this was sent. */
      index: z.string(),
      /** How often the proof was put off since there was one. */
      times: z.int().nonnegative(),
      /** How many there had been. */
      proofs: z.int().nonnegative(),
      /** Whether pages for pip changed too, of which `index` says nothing. */
      pip: z.boolean(),
    })
    .exactOptional(),
});
type ProveMessage = z.infer<typeof proveSchema>;
type Waiting = NonNullable<ProveMessage['waiting']>;

/** What is to be proved: changes of index files and pages, and proofs that were put off. */
interface Due {
  readonly keys: readonly string[];
  readonly waiting: readonly Waiting[];
  readonly isAsked: boolean;
}

/**
 * Proves every entry of the allowlist against the channel, once for all the changed index files that a batch names, when
 * the index has been at rest for two minutes. One that never rests is proved all the same, a quarter of an hour after it changed.
 */
export async function proveChannel(event: unknown, world: ProverWorld, context: Context): Promise<BatchReply> {
  const { telemetry } = world;
  const { Records } = parseValue(event, sqsEventSchema, 'the event');
  const read: { message: SqsMessage; due: Due }[] = [];
  const unreadable = await eachMessage(Records, telemetry, async (message) => {
    const due = parseJson(message.body, dueSchema, 'a message to the prover');
    if (due.isAsked || due.keys.length + due.waiting.length > 0) read.push({ message, due });
  });
  if (read.length === 0) return unreadable;
  try {
    await proveDue(merged(read.map(({ due }) => due)), world, context);
    return unreadable;
  } catch (error) {
    telemetry.failed('proof', error);
    const changed = batchReply(read.map(({ message }) => message));
    return { batchItemFailures: [...unreadable.batchItemFailures, ...changed.batchItemFailures] };
  }
}

const dueSchema = z.union([
  proveSchema.transform(
    ({ waiting }): Due => ({ keys: [], waiting: waiting ? [waiting] : [], isAsked: waiting === undefined }),
  ),
  s3KeysSchema.transform((keys): Due => ({ keys, waiting: [], isAsked: false })),
]);

const merged = (all: readonly Due[]): Due => ({
  keys: all.flatMap(({ keys }) => keys),
  waiting: all.flatMap(({ waiting }) => waiting),
  isAsked: all.some(({ isAsked }) => isAsked),
});

/** Of 2 to 2.5 minutes each (lib/resources/queues.ts): the alarm for a lost entry is to come within half an hour. */
const maxTimesPutOff = 5;

async function proveDue({ keys, waiting, isAsked }: Due, world: ProverWorld, context: Context): Promise<void> {
  const { store, channel, queue } = world;
  const { allowlist } = await readStoredAllowlist(store);
  const [index, proven] = await Promise.all([indexOf(allowlist, world), readProven(store, channel)]);
  const pip = [...waiting.map((one) => one.pip), ...keys.map((key) => key.startsWith('simple/'))].includes(true);
  if (!(isAsked || pip) && proven.of === index) return;
  const isAtRest = keys.length === 0 && waiting.every((one) => one.index === index);
  // What was put off before the last proof is proved, as far as it had changed by then.
  const times = Math.max(0, ...waiting.flatMap((one) => (one.proofs === proven.proofs ? one.times : [])));
  if (!(isAsked || isAtRest) && times < maxTimesPutOff) {
    return send({ type: 'prove', waiting: { index, times: times + 1, proofs: proven.proofs, pip } }, queue);
  }
  const report = await proveWithin(allowlist, {
    ...world,
    log: world.telemetry.log,
    pythons: () => plannedPythons(store),
    isOver: timeIsOver(context),
  });
  if (report === null) {
    world.telemetry.note('proof goes on', {});
    return send({ type: 'prove' }, queue);
  }
  tell(report, world);
  if (!report.isCurrent) await send({ type: 'prove', waiting: { index: '', times: 0, proofs: 0, pip } }, queue);
}

const send = (message: ProveMessage, queue: ProverWorld['queue']): Promise<void> =>
  queue.send([JSON.stringify(message)]);

/** What two solves of an entry may take (adapters/solver-rattler), and more. */
const reserveMs = 300_000;

/** A third of a function's time is left where somebody made that short. */
function timeIsOver(context: Context): () => boolean {
  const reserve = Math.min(reserveMs, context.getRemainingTimeInMillis() / 3);
  return () => context.getRemainingTimeInMillis() < reserve;
}

function tell({ proof, gained, lost }: ProofReport, { telemetry }: ProverWorld): void {
  const failing = failingEntries(proof);
  telemetry.note('proof', { entries: proof.entries.length, failing: failing.length, gained: gained.length });
  for (const entry of lost) telemetry.warn('no longer installs', { ...entry });
  telemetry.count('EntriesFailing', failing.length);
  telemetry.count('EntriesLost', lost.length);
}

export const handler = inWorld(openProver, soonAgain(proveChannel));
