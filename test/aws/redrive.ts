import {
  DeleteMessageCommand,
  ReceiveMessageCommand,
  type SQSClient,
  SQSServiceException,
  StartMessageMoveTaskCommand,
} from '@aws-sdk/client-sqs';
import { sqsQueue } from '../../adapters/queue-sqs.ts';
import { attributesOf } from './hurry-queue.ts';

/** Has dead letters tried again: what the console's button does, or the same by hand where an emulator cannot. */
export async function redrive(client: SQSClient, from: string, to: string): Promise<void> {
  const { QueueArn: SourceArn } = await attributesOf(client, from);
  try {
    await client.send(new StartMessageMoveTaskCommand({ SourceArn }));
  } catch (error) {
    if (!(error instanceof SQSServiceException) || process.env['AWS_ENDPOINT_URL'] === undefined) throw error;
    await moveByHand(client, from, to);
  }
}

async function moveByHand(client: SQSClient, QueueUrl: string, to: string): Promise<void> {
  const queue = sqsQueue(to, { client });
  for (;;) {
    const { Messages = [] } = await client.send(new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10 }));
    if (Messages.length === 0) return;
    for (const { Body = '', ReceiptHandle } of Messages) {
      await queue.send([Body]);
      await client.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle }));
    }
  }
}
