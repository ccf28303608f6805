import { GetQueueAttributesCommand, SendMessageCommand, type SQSClient } from '@aws-sdk/client-sqs';
import { GatehouseError } from '../core/problems/error.ts';
import { queueError, sqsClient } from './queue-sqs.ts';

/** The queues of a stack, for who looks after it and is no function of it. */
export interface StackQueues {
  /**
   * Sends one message.
   *
   * @returns its id, by which its receiver knows it too
   * @throws GatehouseError `queue.broken`
   */
  send(url: string, message: string): Promise<string>;
  /**
   * How many messages wait in a queue, are worked on, or come later; about so many.
   *
   * @throws GatehouseError `queue.broken`
   */
  count(url: string): Promise<MessageCount>;
}

interface MessageCount {
  readonly waiting: number;
  readonly atWork: number;
  readonly later: number;
}

const counted = [
  'ApproximateNumberOfMessages',
  'ApproximateNumberOfMessagesNotVisible',
  'ApproximateNumberOfMessagesDelayed',
] as const;

const countingHint = 'is the queue there, and may these credentials sqs:GetQueueAttributes of it?';

/** By the environment's credentials, in the stack's region. */
export function stackQueues(region: string, client: SQSClient = sqsClient(process.env, region)): StackQueues {
  return {
    async send(QueueUrl, MessageBody) {
      const { MessageId } = await client.send(new SendMessageCommand({ QueueUrl, MessageBody })).catch((cause) => {
        throw queueError(QueueUrl, cause);
      });
      if (MessageId === undefined) throw new GatehouseError('queue.broken', `the queue ${QueueUrl} named no message`);
      return MessageId;
    },
    async count(QueueUrl) {
      const command = new GetQueueAttributesCommand({ QueueUrl, AttributeNames: [...counted] });
      const { Attributes = {} } = await client.send(command).catch((cause) => {
        throw queueError(QueueUrl, cause, { doing: 'could not be counted', hint: countingHint });
      });
      const [waiting = 0, atWork = 0, later = 0] = counted.map((name) => Number(Attributes[name] ?? 0));
      return { waiting, atWork, later };
    },
  };
}
