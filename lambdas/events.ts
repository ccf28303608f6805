import { z } from 'zod';
import { type ObjectKey, objectKeySchema } from '../core/layout/keys.ts';
import type { Telemetry } from './telemetry.ts';

const messageSchema = z.object({
  messageId: z.string(),
  body: z.string(),
  attributes: z.object({ ApproximateReceiveCount: z.coerce.number().int().positive() }).exactOptional(),
});
export type SqsMessage = z.infer<typeof messageSchema>;

/** How often a message was delivered by now. */
export const deliveriesOf = ({ attributes }: SqsMessage): number => attributes?.ApproximateReceiveCount ?? 1;

/** A batch that Lambda took off a queue. */
export const sqsEventSchema = z.object({ Records: z.array(messageSchema) });

/** The answer for a batch: Lambda has these messages come again, or be dead letters, and deletes the rest. */
export interface BatchReply {
  readonly batchItemFailures: readonly { readonly itemIdentifier: string }[];
}

export const batchReply = (failed: readonly SqsMessage[]): BatchReply => ({
  batchItemFailures: failed.map(({ messageId }) => ({ itemIdentifier: messageId })),
});

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
