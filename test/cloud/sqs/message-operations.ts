import { createHash } from 'node:crypto';
import { z } from 'zod';
import { Refusal } from '../answer.ts';
import { changeVisibility, deleteMessage, receiveMessages, sendMessage } from './messages.ts';
import { type Operation, operation } from './operation.ts';
import { type CloudMessage, type CloudQueue, queueNamed, type SqsWorld } from './sqs-world.ts';

const url = z.object({ QueueUrl: z.string() });
const seconds = (max: number) => z.int().min(0).max(max);
const attributeSchema = z.object({ DataType: z.literal('String'), StringValue: z.string().min(1) });
const sendable = z.object({
  MessageBody: z.string(),
  MessageAttributes: z.record(z.string(), attributeSchema).optional(),
  DelaySeconds: seconds(900).optional(),
});
const entry = z.object({ Id: z.string().regex(/^[\w-]{1,80}$/) });
const receipt = z.object({ ReceiptHandle: z.string() });
const twelveHours = 43_200;
/** https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/quotas-messages.html */
const mostBytesInBatch = 1024 * 1024;

const md5 = (text: string): string => createHash('md5').update(text).digest('hex');

const sendOutput = ({ id, body }: CloudMessage) => ({ MessageId: id, MD5OfMessageBody: md5(body) });

function sendEntry(world: SqsWorld, queue: CloudQueue, entry: z.infer<typeof sendable>) {
  const { MessageBody, MessageAttributes = {}, DelaySeconds } = entry;
  const texts = Object.entries(MessageAttributes).map(([name, { StringValue }]) => [name, StringValue] as const);
  return sendMessage(world, queue, {
    body: MessageBody,
    attributes: Object.fromEntries(texts),
    delaySeconds: DelaySeconds,
  });
}

const sendBatch = batchOperation(sendable, (world, queue, one) => {
  const refusal = world.refuseEntry(one.MessageBody);
  if (refusal !== undefined) throw new Refusal(refusal.senderFault ? 400 : 500, refusal.code);
  return sendOutput(sendEntry(world, queue, one));
});

/** A batch: each entry by itself, done or failed, in one answer. */
function batchOperation<T extends z.ZodObject>(
  schema: T,
  run: (world: SqsWorld, queue: CloudQueue, one: z.infer<T>) => object,
): Operation {
  const entries = z.array(z.intersection(entry, schema));
  return operation(url.extend({ Entries: entries }), (world, { QueueUrl, Entries }) => {
    const queue = queueNamed(world, QueueUrl);
    const ids = Entries.map(({ Id }) => Id);
    if (ids.length === 0) throw new Refusal(400, 'EmptyBatchRequest');
    if (ids.length > 10) throw new Refusal(400, 'TooManyEntriesInBatchRequest');
    if (new Set(ids).size < ids.length) throw new Refusal(400, 'BatchEntryIdsNotDistinct');
    const tried = Entries.map((one) => tryEntry(one.Id, () => run(world, queue, schema.parse(one))));
    return {
      Successful: tried.flatMap(({ done }) => (done === undefined ? [] : [done])),
      Failed: tried.flatMap(({ failed }) => (failed === undefined ? [] : [failed])),
    };
  });
}

function tryEntry(Id: string, run: () => object): { done?: object; failed?: object } {
  try {
    return { done: { Id, ...run() } };
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return { failed: { Id, Code: error.code, Message: error.message, SenderFault: error.status < 500 } };
  }
}

const receiveSchema = url.extend({
  MaxNumberOfMessages: z.int().min(1).max(10).optional(),
  WaitTimeSeconds: seconds(20).optional(),
  VisibilityTimeout: seconds(twelveHours).optional(),
});

async function receive(world: SqsWorld, input: z.infer<typeof receiveSchema>, signal: AbortSignal): Promise<object> {
  const messages = await receiveMessages(world, queueNamed(world, input.QueueUrl), {
    maxMessages: input.MaxNumberOfMessages ?? 1,
    waitSeconds: input.WaitTimeSeconds,
    visibilitySeconds: input.VisibilityTimeout,
    signal,
  });
  return messages.length === 0 ? {} : { Messages: messages.map(receivedMessage) };
}

/** As ReceiveMessage answers it, with every system attribute, asked for or not. */
const receivedMessage = ({ id, body, sent, receives, firstReceived, receipt, source }: CloudMessage) => ({
  MessageId: id,
  ReceiptHandle: receipt,
  Body: body,
  MD5OfBody: md5(body),
  Attributes: {
    ApproximateReceiveCount: `${receives}`,
    SentTimestamp: `${sent}`,
    ApproximateFirstReceiveTimestamp: `${firstReceived ?? sent}`,
    SenderId: 'cloud',
    ...(source !== null && { DeadLetterQueueSourceArn: source }),
  },
});

const visibility = receipt.extend({ VisibilityTimeout: seconds(twelveHours) });

export const messageOperations: Readonly<Record<string, Operation>> = {
  SendMessage: operation(url.extend(sendable.shape), (world, input) =>
    sendOutput(sendEntry(world, queueNamed(world, input.QueueUrl), input)),
  ),
  SendMessageBatch: (world, input, signal) => {
    const { Entries } = z.object({ Entries: z.array(sendable).default([]) }).parse(input);
    const size = Entries.reduce((sum, { MessageBody }) => sum + Buffer.byteLength(MessageBody), 0);
    if (size > mostBytesInBatch) throw new Refusal(400, 'BatchRequestTooLong');
    return sendBatch(world, input, signal);
  },
  ReceiveMessage: operation(receiveSchema, receive),
  DeleteMessage: operation(url.extend(receipt.shape), (world, { QueueUrl, ReceiptHandle }) => {
    deleteMessage(queueNamed(world, QueueUrl), ReceiptHandle);
    return {};
  }),
  DeleteMessageBatch: batchOperation(receipt, (_world, queue, { ReceiptHandle }) => {
    deleteMessage(queue, ReceiptHandle);
    return {};
  }),
  ChangeMessageVisibility: operation(url.extend(visibility.shape), (world, input) => {
    changeVisibility(world, queueNamed(world, input.QueueUrl), input.ReceiptHandle, input.VisibilityTimeout);
    return {};
  }),
  ChangeMessageVisibilityBatch: batchOperation(visibility, (world, queue, { ReceiptHandle, VisibilityTimeout }) => {
    changeVisibility(world, queue, ReceiptHandle, VisibilityTimeout);
    return {};
  }),
};
