import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { Refusal } from '../answer.ts';
import { moveMessages, redriveOf } from './messages.ts';
import { type Operation, operation } from './operation.ts';
import { type CloudQueue, openQueue, queueNamed, type SqsWorld } from './sqs-world.ts';

const url = z.object({ QueueUrl: z.string() });
const attributes = z.record(z.string(), z.string());

function attributesOf(world: SqsWorld, queue: CloudQueue): Record<string, string> {
  const now = world.time.now();
  const messages = [...queue.messages];
  const hidden = messages.filter(({ visibleAt }) => visibleAt > now);
  return {
    ...Object.fromEntries(queue.attributes),
    QueueArn: queue.arn,
    ApproximateNumberOfMessages: `${messages.length - hidden.length}`,
    ApproximateNumberOfMessagesNotVisible: `${hidden.filter(({ receives }) => receives > 0).length}`,
    ApproximateNumberOfMessagesDelayed: `${hidden.filter(({ receives }) => receives === 0).length}`,
  };
}

const moveSchema = z.object({ SourceArn: z.string(), DestinationArn: z.string().optional() });

function startMove(world: SqsWorld, { SourceArn, DestinationArn }: z.infer<typeof moveSchema>): object {
  const source = queueNamed(world, SourceArn);
  const isDeadLetterQueue = [...world.queues.values()].some(
    (queue) => redriveOf(queue)?.deadLetterTargetArn === SourceArn,
  );
  if (!isDeadLetterQueue) throw new Refusal(400, 'InvalidParameterValue', 'Source queue must be configured as a DLQ.');
  moveMessages(world, source, DestinationArn === undefined ? undefined : queueNamed(world, DestinationArn));
  return { TaskHandle: randomUUID() };
}

export const queueOperations: Readonly<Record<string, Operation>> = {
  CreateQueue: operation(z.object({ QueueName: z.string(), Attributes: attributes.optional() }), (world, input) => ({
    QueueUrl: openQueue(world, input.QueueName, input.Attributes).url,
  })),
  GetQueueUrl: operation(z.object({ QueueName: z.string() }), (world, { QueueName }) => ({
    QueueUrl: queueNamed(world, QueueName).url,
  })),
  DeleteQueue: operation(url, (world, { QueueUrl }) => {
    world.queues.delete(queueNamed(world, QueueUrl).name);
    return {};
  }),
  PurgeQueue: operation(url, (world, { QueueUrl }) => {
    queueNamed(world, QueueUrl).messages.clear();
    return {};
  }),
  GetQueueAttributes: operation(url, (world, { QueueUrl }) => ({
    Attributes: attributesOf(world, queueNamed(world, QueueUrl)),
  })),
  SetQueueAttributes: operation(url.extend({ Attributes: attributes }), (world, { QueueUrl, Attributes }) => {
    const queue = queueNamed(world, QueueUrl);
    for (const [name, value] of Object.entries(Attributes)) queue.attributes.set(name, value);
    return {};
  }),
  StartMessageMoveTask: operation(moveSchema, startMove),
};
