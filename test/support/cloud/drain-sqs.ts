import {
  ChangeMessageVisibilityCommand,
  DeleteMessageCommand,
  type Message,
  ReceiveMessageCommand,
  type SQSClient,
} from '@aws-sdk/client-sqs';
import type { DeadLetter } from '../../../core/ports/queue.ts';
import { GatehouseError } from '../../../core/problems/error.ts';

interface Drain {
  readonly client: SQSClient;
  readonly url: string;
  readonly maxReceives: number;
  /** Seconds a receive waits before it says that nothing is there; 0 where that is true at once. */
  readonly waitSeconds: number;
  handle(message: string): Promise<void>;
}

/** Receives until nothing is left: what a Lambda behind the queue does, in this process. */
export async function drainSqs(drain: Drain): Promise<DeadLetter[]> {
  const { client, url, waitSeconds } = drain;
  const dead: DeadLetter[] = [];
  for (;;) {
    const { Messages = [] } = await client.send(
      new ReceiveMessageCommand({
        QueueUrl: url,
        MaxNumberOfMessages: 10,
        WaitTimeSeconds: waitSeconds,
        MessageSystemAttributeNames: ['ApproximateReceiveCount'],
      }),
    );
    if (Messages.length === 0) return dead;
    for (const message of Messages) dead.push(...(await deliver(drain, message)));
  }
}

/** Deletes what was handled or can never be; what failed in passing can be received again at once. */
async function deliver(drain: Drain, { Body = '', ReceiptHandle, Attributes }: Message): Promise<DeadLetter[]> {
  const { client, url: QueueUrl, maxReceives, handle } = drain;
  const reason = await handle(Body).then(
    () => null,
    (error: unknown) => error,
  );
  const isPassing = reason instanceof GatehouseError && reason.retry;
  if (isPassing && Number(Attributes?.ApproximateReceiveCount) < maxReceives) {
    await client.send(new ChangeMessageVisibilityCommand({ QueueUrl, ReceiptHandle, VisibilityTimeout: 0 }));
    return [];
  }
  await client.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle }));
  return reason === null ? [] : [{ message: Body, reason: reasonOf(reason) }];
}

function reasonOf(error: unknown): string {
  if (error instanceof GatehouseError) return `${error.code}: ${error.message}`;
  return `internal.bug: ${error instanceof Error ? error.message : String(error)}`;
}
