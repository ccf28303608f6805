import { z } from 'zod';
import type { Postponed } from '../adapters/sqs-visibility.ts';
import type { Clock } from '../core/ports/clock.ts';
import type { BatchReply } from './events.ts';
import type { Telemetry } from './telemetry.ts';

/** What is needed to have failed messages come again at a time of our choice. */
export interface Postponing {
  readonly telemetry: Telemetry;
  readonly clock: Pick<Clock, 'random'>;
  /** Returns how many the queue refused. */
  readonly postpone: (messages: readonly Postponed[]) => Promise<number>;
}

/**
 * Has what failed come again soon, instead of after the queue's visibility timeout of half an hour to an hour and a
 * half: within a minute the first time, for most of what fails passes by itself. The one place that says when.
 */
export function soonAgain<World, Context>(
  handle: (event: unknown, world: World, context: Context) => Promise<BatchReply>,
): (event: unknown, world: World & Postponing, context: Context) => Promise<BatchReply> {
  return async (event, world, context) => {
    try {
      const reply = await handle(event, world, context);
      const failed = new Set(reply.batchItemFailures.map(({ itemIdentifier }) => itemIdentifier));
      await postponeSome(event, world, (messageId) => failed.has(messageId));
      return reply;
    } catch (error) {
      await postponeSome(event, world, () => true);
      throw error;
    }
  };
}

const receivedSchema = z.object({
  Records: z.array(
    z.object({
      messageId: z.string(),
      receiptHandle: z.string(),
      attributes: z.object({ ApproximateReceiveCount: z.coerce.number().int().positive() }),
    }),
  ),
});

/** Never throws: what could not be postponed comes again when its visibility timeout is over. */
async function postponeSome(
  event: unknown,
  { telemetry, clock, postpone }: Postponing,
  isFailed: (messageId: string) => boolean,
): Promise<void> {
  const received = receivedSchema.safeParse(event).data?.Records ?? [];
  const failed = received.filter(({ messageId }) => isFailed(messageId));
  if (failed.length === 0) return;
  const postponed = failed.map(({ receiptHandle, attributes }) => {
    return { receiptHandle, seconds: pauseSeconds(attributes.ApproximateReceiveCount, clock.random()) };
  });
  try {
    const refused = await postpone(postponed);
    if (refused > 0) telemetry.warn('postpone', { messages: failed.length, refused });
  } catch (error) {
    telemetry.warn('postpone', { messages: failed.length, error: String(error) });
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
