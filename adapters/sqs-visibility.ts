import { ChangeMessageVisibilityBatchCommand, type SQSClient } from '@aws-sdk/client-sqs';
import { maxMessagesInBatch, sqsClient } from './queue-sqs.ts';

/** A received message that is to come again after so many seconds, counted from now. */
export interface Postponed {
  readonly receiptHandle: string;
  readonly seconds: number;
}

/**
 * Sets when received messages of a queue come again. One that SQS refuses, as after a second delivery, comes again when
 * its visibility timeout is over.
 *
 * @returns how many were refused; rejects with the SDK's error when a request fails
 */
export function sqsVisibility(QueueUrl: string, client: SQSClient = sqsClient(process.env)) {
  return async (messages: readonly Postponed[]): Promise<number> => {
    let refused = 0;
    for (let at = 0; at < messages.length; at += maxMessagesInBatch) {
      const Entries = messages.slice(at, at + maxMessagesInBatch).map(({ receiptHandle, seconds }, i) => ({
        Id: `${i}`,
        ReceiptHandle: receiptHandle,
        VisibilityTimeout: seconds,
      }));
      const { Failed = [] } = await client.send(new ChangeMessageVisibilityBatchCommand({ QueueUrl, Entries }));
      refused += Failed.length;
    }
    return refused;
  };
}
