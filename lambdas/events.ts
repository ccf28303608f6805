import { z } from 'zod';
import type { Postponed } from '../adapters/sqs-visibility.ts';
import { type ObjectKey, objectKeySchema } from '../core/layout/keys.ts';
import type { Clock } from '../core/ports/clock.ts';
import type { Telemetry } from './telemetry.ts';

const messageSchema = z.object({ messageId: z.string(), body: z.string() });
export type SqsMessage = z.infer<typeof messageSchema>;

/** A batch that Lambda took off a queue. */
export const sqsEventSchema = z.object({ Records: z.array(messageSchema) });

/** The answer for a batch: Lambda has these messages come again, or be dead letters, and deletes the rest. */
export interface BatchReply {
  readonly batchItemFailures: readonly { readonly itemIdentifier: string }[];
}

export const batchReply = (failed: readonly SqsMessage[]): BatchReply => ({
  batchItemFailures: failed.map(({ messageId }) => ({ itemIdentifier: messageId })),
});

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

/** Handles one message after the other; a message that fails does not keep the others from being done. */
export async function eachMessage(
  messages: readonly SqsMessage[],
  telemetry: Telemetry,
  handle: (message: SqsMessage) => Promise<void>,
): Promise<BatchReply> {
  const failed: SqsMessage[] = [];
  for (const message of messages) {
    try {
      await handle(message);
    } catch (error) {
      telemetry.failed(`message ${message.messageId}: ${message.body.slice(0, 500)}`, error);
      failed.push(message);
    }
  }
  return batchReply(failed);
}

const notificationSchema = z.object({
  Records: z.array(z.object({ eventName: z.string(), s3: z.object({ object: z.object({ key: z.string() }) }) })),
});

/** S3 sends one of these to each queue when the bucket's notifications are set up; no object changed. */
const testEventSchema = z.object({ Service: z.literal('Amazon S3'), Event: z.literal('s3:TestEvent') });

/**
 * The keys that a notification of S3 about created or removed objects may mean. S3 encodes keys like a form (`+` is a
 * space, `%2B` a plus), and some emulators do not encode them, so both readings are returned where they differ.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-content-structure.html
 */
export const s3KeysSchema = z.union([
  testEventSchema.transform((): ObjectKey[] => []),
  notificationSchema.transform(({ Records }) => Records.flatMap(({ s3 }) => bothReadings(s3.object.key))),
]);

function bothReadings(key: string): ObjectKey[] {
  const spelled = new Set([formDecoded(key), key]);
  return [...spelled].flatMap((text) => objectKeySchema.safeParse(text).data ?? []);
}

function formDecoded(key: string): string {
  try {
    return decodeURIComponent(key.replaceAll('+', ' '));
  } catch {
    return key;
  }
}
