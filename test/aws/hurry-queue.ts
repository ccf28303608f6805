import { GetQueueAttributesCommand, SetQueueAttributesCommand, type SQSClient } from '@aws-sdk/client-sqs';

interface Hurried {
  readonly queue: string;
  readonly deadLetters: string;
  /** Deliveries before a message is given up; 1, since the pauses between ten take hours. */
  readonly receives: number;
  /** Seconds. */
  readonly hidden: number;
}

/**
 * Lets what was cut off come back soon, and says anew after how many deliveries a message is given up. An emulator's
 * CloudFormation may have left out where dead letters go: only there may that be missing.
 */
export async function hurryQueue(client: SQSClient, { queue, deadLetters, receives, hidden }: Hurried): Promise<void> {
  const before = await attributesOf(client, queue);
  const deadLetterTargetArn = (await attributesOf(client, deadLetters))['QueueArn'];
  const policy = JSON.stringify({ deadLetterTargetArn, maxReceiveCount: receives });
  const isLost = before['RedrivePolicy'] === undefined;
  if (isLost && process.env['AWS_ENDPOINT_URL'] === undefined) throw new Error(`${queue} has no dead-letter queue`);
  const Attributes = { VisibilityTimeout: String(hidden), RedrivePolicy: policy };
  await client.send(new SetQueueAttributesCommand({ QueueUrl: queue, Attributes }));
}

export async function attributesOf(client: SQSClient, QueueUrl: string): Promise<Record<string, string>> {
  const { Attributes } = await client.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['All'] }));
  return Attributes ?? {};
}
