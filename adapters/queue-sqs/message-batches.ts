import { GatehouseError } from '../../core/error.ts';

/** SQS's limits: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/quotas-messages.html */
const mostInBatch = 10;
const mostBytesInBatch = 1024 * 1024;
/** SQS's limit was this for most of its life, and other makers' still is; ours are far smaller. */
const mostBytesInMessage = 256 * 1024;

/**
 * Messages in batches that SQS takes, in order.
 *
 * @throws GatehouseError `queue.broken` that shows the message that is too long, or empty
 */
export function messageBatches(messages: readonly string[]): string[][] {
  const batches: string[][] = [];
  let room = 0;
  for (const message of messages) {
    const size = sizeOf(message);
    const current = batches.at(-1);
    if (current === undefined || current.length === mostInBatch || size > room) {
      batches.push([message]);
      room = mostBytesInBatch - size;
    } else {
      current.push(message);
      room -= size;
    }
  }
  return batches;
}

function sizeOf(message: string): number {
  const size = Buffer.byteLength(message);
  if (size > 0 && size <= mostBytesInMessage) return size;
  const shown = message.length > 80 ? `${message.slice(0, 80)}...` : message;
  throw new GatehouseError('queue.broken', `a message of ${size} bytes, of 1 to ${mostBytesInMessage}: ${shown}`);
}
