import { z } from 'zod';
import type { GivenUpMessage } from '../adapters/sqs-dead-letters.ts';
import type { Postponed } from '../adapters/sqs-visibility.ts';
import type { Clock } from '../core/ports/clock.ts';
import { type BatchReply, batchReply, deliveriesOf } from './events.ts';
import { type Failure, failureOf, type Telemetry } from './telemetry.ts';

/** What is needed to have failed messages come again at a time of our choice, and to give them up with a reason. */
export interface Postponing {
  readonly telemetry: Telemetry;
  readonly clock: Pick<Clock, 'random'>;
  /** Returns how many the queue refused. */
  readonly postpone: (messages: readonly Postponed[]) => Promise<number>;
  /** Deliveries after which the queue itself gives a message up, and tells nobody why. */
  readonly maxReceives: number;
  /** Puts messages among the dead letters of their queue. */
  readonly giveUp: (letters: readonly GivenUpMessage[]) => Promise<void>;
}

/**
 * Has what failed come again soon, instead of after the queue's visibility timeout of half an hour to an hour and a
 * half: within a minute the first time, for most of what fails passes by itself. The one place that says when. What fails at its
 * last delivery is put among the dead letters here, with the reason, which SQS would not know. An invocation that is cut off
 * comes to none of this.
 */
export function soonAgain<World, Context>(
  handle: (event: unknown, world: World, context: Context) => Promise<BatchReply>,
): (event: unknown, world: World & Postponing, context: Context) => Promise<BatchReply> {
  return async (event, world, context) => {
    const failures: Failure[] = [];
    const failed: Telemetry['failed'] = (what, error) => {
      failures.push(failureOf(error));
      world.telemetry.failed(what, error);
    };
    const listening = { ...world, telemetry: { ...world.telemetry, failed } };
    try {
      const { batchItemFailures } = await handle(event, listening, context);
      const failing = new Set(batchItemFailures.map(({ itemIdentifier }) => itemIdentifier));
      const givenUp = await tryAgain(
        receivedIn(event).filter(({ messageId }) => failing.has(messageId)),
        failures,
        world,
      );
      return { batchItemFailures: batchItemFailures.filter(({ itemIdentifier }) => !givenUp.has(itemIdentifier)) };
    } catch (error) {
      const received = receivedIn(event);
      const givenUp = await tryAgain(received, [failureOf(error)], world);
      // Those that are given up are handled, which an invocation that fails cannot say.
      if (givenUp.size === 0) throw error;
      world.telemetry.failed('the invocation', error);
      return batchReply(received.filter(({ messageId }) => !givenUp.has(messageId)));
    }
  };
}

const receivedSchema = z.object({
  Records: z.array(
    z.object({
      messageId: z.string(),
      receiptHandle: z.string(),
      body: z.string(),
      attributes: z.object({ ApproximateReceiveCount: z.coerce.number().int().positive() }),
    }),
  ),
});
type Received = z.infer<typeof receivedSchema>['Records'][number];

const receivedIn = (event: unknown): Received[] => receivedSchema.safeParse(event).data?.Records ?? [];

/** A message that failed so often is told of: by then 3 to 6 minutes have passed, and most of what passes by itself. */
const deliveriesToTell = 3;

/**
 * @param failures of the invocation: a batch of one message has one
 * @returns the ids of those that do not come again
 */
async function tryAgain(
  failing: readonly Received[],
  failures: readonly Failure[],
  world: Postponing,
): Promise<ReadonlySet<string>> {
  const often = failing.filter((one) => deliveriesOf(one) >= deliveriesToTell);
  if (often.length > 0) world.telemetry.count('MessagesFailing', often.length);
  const last = failing.filter((one) => deliveriesOf(one) >= world.maxReceives);
  const givenUp = last.length > 0 && (await tryGiveUp(last, failures, world)) ? last : [];
  const again = failing.filter((one) => !givenUp.includes(one));
  if (again.length > 0) await postponeSome(again, world);
  return new Set(givenUp.map(({ messageId }) => messageId));
}

/** Sent before they are acknowledged: who is cut off between the two leaves a second dead letter, and loses none. */
async function tryGiveUp(last: readonly Received[], failures: readonly Failure[], world: Postponing): Promise<boolean> {
  try {
    await world.giveUp(last.map(({ body }) => ({ body, failures })));
    return true;
  } catch (error) {
    // They come to be dead letters by their queue's policy.
    world.telemetry.warn('give up', { messages: last.length, error: String(error) });
    return false;
  }
}

/** Never throws: what could not be postponed comes again when its visibility timeout is over. */
async function postponeSome(again: readonly Received[], { telemetry, clock, postpone }: Postponing): Promise<void> {
  const postponed = again.map((one) => {
    return { receiptHandle: one.receiptHandle, seconds: pauseSeconds(deliveriesOf(one), clock.random()) };
  });
  try {
    const refused = await postpone(postponed);
    if (refused > 0) telemetry.warn('postpone', { messages: again.length, refused });
  } catch (error) {
    telemetry.warn('postpone', { messages: again.length, error: String(error) });
  }
}

const maxPauseSeconds = 3600;

/**
 * How long a message waits after its nth delivery failed: up to 1 minute, 5, 25, and from then on 60, or half of that by
 * chance, so that rivals come apart. Five deliveries take 45 to 91 minutes, ten take 3 to 7 hours: an upstream that is
 * down that long costs no message.
 *
 * @param random from 0 up to but not including 1
 */
export const pauseSeconds = (deliveries: number, random: number): number =>
  Math.ceil(Math.min(maxPauseSeconds, 60 * 5 ** (deliveries - 1)) * (0.5 + random / 2));
