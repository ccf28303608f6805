import {
  ChangeMessageVisibilityCommand,
  DeleteMessageBatchCommand,
  DeleteMessageCommand,
  GetQueueAttributesCommand,
  type QueueAttributeName,
  ReceiveMessageCommand,
  SendMessageCommand,
  StartMessageMoveTaskCommand,
} from '@aws-sdk/client-sqs';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { openQueue } from '../support/cloud/aws-places.ts';
import { cloudClients } from '../support/cloud/cloud-clients.ts';
import { type Cloud, startCloud } from './start-cloud.ts';

let cloud: Cloud;
let clients: ReturnType<typeof cloudClients>;
beforeEach(async () => {
  cloud = await startCloud();
  clients = cloudClients(cloud.endpoint);
});
afterEach(async () => {
  clients.destroy();
  await cloud[Symbol.asyncDispose]();
});

const send = (QueueUrl: string, MessageBody: string, DelaySeconds?: number) =>
  clients.sqs.send(new SendMessageCommand({ QueueUrl, MessageBody, DelaySeconds }));

async function receive(QueueUrl: string, more: { WaitTimeSeconds?: number; VisibilityTimeout?: number } = {}) {
  const command = new ReceiveMessageCommand({
    QueueUrl,
    MaxNumberOfMessages: 10,
    MessageSystemAttributeNames: ['All'],
    ...more,
  });
  const { Messages = [] } = await clients.sqs.send(command);
  return Messages;
}

const bodies = async (url: string, more = {}) => (await receive(url, more)).map(({ Body }) => Body).toSorted();

const attributeOf = async (QueueUrl: string, name: QueueAttributeName) => {
  const command = new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['All'] });
  return (await clients.sqs.send(command)).Attributes?.[name] ?? '';
};

it('hides a message until its visibility timeout is over, or is set anew', async () => {
  const { name: url } = await openQueue(clients.sqs, { VisibilityTimeout: '60' });
  await send(url, 'm');
  expect(await bodies(url)).toEqual(['m']);
  expect(await bodies(url)).toEqual([]);
  expect(await attributeOf(url, 'ApproximateNumberOfMessagesNotVisible')).toBe('1');
  cloud.time.pass(60_000);
  const [again] = await receive(url);
  expect(again?.Attributes?.ApproximateReceiveCount).toBe('2');
  const ReceiptHandle = again?.ReceiptHandle;
  await clients.sqs.send(new ChangeMessageVisibilityCommand({ QueueUrl: url, ReceiptHandle, VisibilityTimeout: 0 }));
  expect(await bodies(url)).toEqual(['m']);
});

it('deletes by the newest receipt only', async () => {
  const { name: url } = await openQueue(clients.sqs);
  await send(url, 'm');
  const [first] = await receive(url, { VisibilityTimeout: 0 });
  const [second] = await receive(url, { VisibilityTimeout: 0 });
  await clients.sqs.send(new DeleteMessageCommand({ QueueUrl: url, ReceiptHandle: first?.ReceiptHandle }));
  expect(await bodies(url, { VisibilityTimeout: 0 })).toEqual(['m']);
  const [third] = await receive(url, { VisibilityTimeout: 0 });
  const Entries = [{ Id: 'a', ReceiptHandle: third?.ReceiptHandle }];
  await clients.sqs.send(new DeleteMessageBatchCommand({ QueueUrl: url, Entries }));
  expect([second?.Body, await bodies(url)]).toEqual(['m', []]);
});

it('delays a message, and answers who waits for it when it comes', async () => {
  const { name: url } = await openQueue(clients.sqs);
  await send(url, 'm', 900);
  expect(await bodies(url)).toEqual([]);
  expect(await attributeOf(url, 'ApproximateNumberOfMessagesDelayed')).toBe('1');
  const waiting = bodies(url, { WaitTimeSeconds: 20 });
  await until(() => cloud.requests.filter(({ operation }) => operation === 'ReceiveMessage').length === 2);
  await send(url, 'now');
  expect(await waiting).toEqual(['now']);
  cloud.time.pass(900_000);
  expect(await bodies(url)).toEqual(expect.arrayContaining(['m']));
});

it('gives up a message that is received too often, and moves it back when it is told to', async () => {
  const dead = await openQueue(clients.sqs);
  const deadLetterTargetArn = await attributeOf(dead.name, 'QueueArn');
  const RedrivePolicy = JSON.stringify({ deadLetterTargetArn, maxReceiveCount: 3 });
  const { name: url } = await openQueue(clients.sqs, { RedrivePolicy });
  await send(url, 'poison');
  const received: number[] = [];
  for (let i = 0; i < 5; i++) received.push((await receive(url, { VisibilityTimeout: 0 })).length);
  expect(received).toEqual([1, 1, 1, 0, 0]);
  const [letter] = await receive(dead.name, { VisibilityTimeout: 0 });
  expect(letter).toMatchObject({
    Body: 'poison',
    Attributes: { DeadLetterQueueSourceArn: await attributeOf(url, 'QueueArn') },
  });
  await clients.sqs.send(new StartMessageMoveTaskCommand({ SourceArn: deadLetterTargetArn }));
  expect([await bodies(dead.name), await bodies(url)]).toEqual([[], ['poison']]);
  const source = await attributeOf(url, 'QueueArn');
  const refused = clients.sqs.send(new StartMessageMoveTaskCommand({ SourceArn: source }));
  await expect(refused).rejects.toThrow('DLQ');
});

it('delivers twice what it is told to', async () => {
  const { name: url } = await openQueue(clients.sqs);
  cloud.sqs.isDeliveredTwice = (body) => body === 'twin';
  await send(url, 'twin');
  await send(url, 'single');
  expect(await bodies(url)).toEqual(['single', 'twin']);
  expect(await bodies(url)).toEqual(['twin']);
});

/** Lets the process go on until it is so. */
async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await new Promise(setImmediate);
}
