import { z } from 'zod';
import type { Telemetry } from './telemetry.ts';

const messageSchema = z.object({ messageId: z.string(), body: z.string() });
export type SqsMessage = z.infer<typeof messageSchema>;

export const sqsEventSchema = z.object({ Records: z.array(messageSchema) });

/** What Lambda is told of a batch: these come again, in the end as dead letters, and the others are done. */
export interface BatchReply {
  readonly batchItemFailures: readonly { readonly itemIdentifier: string }[];
}

export const batchReply = (failed: readonly SqsMessage[]): BatchReply => ({
  batchItemFailures: failed.map(({ messageId }) => ({ itemIdentifier: messageId })),
});

/** Handles each message by itself: one that fails fails alone. */
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
