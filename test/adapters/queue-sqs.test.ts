import { ReceiveMessageCommand } from '@aws-sdk/client-sqs';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type SqsQueueOptions, sqsQueue } from '../../adapters/queue-sqs.ts';
import { sqsVisibility } from '../../adapters/sqs-visibility.ts';
import { type Cloud, startCloud } from '../cloud/start-cloud.ts';
import { queueContract } from '../contracts/queue-contract.ts';
import { openQueue } from '../support/cloud/aws-places.ts';
import { cloudClients } from '../support/cloud/cloud-clients.ts';
import { drainSqs } from '../support/cloud/drain-sqs.ts';

let cloud: Cloud;
let clients: ReturnType<typeof cloudClients>;
beforeAll(async () => {
  cloud = await startCloud();
  clients = cloudClients(cloud.endpoint);
});
afterAll(async () => {
  clients.destroy();
  await cloud[Symbol.asyncDispose]();
});

async function open() {
  const { sqs: client } = clients;
  const place = await openQueue(client);
  return {
    queue: sqsQueue(place.name, { client }),
    drain: (handle: (message: string) => Promise<void>, maxReceives: number) =>
      drainSqs({ client, url: place.name, maxReceives, waitSeconds: 0, handle }),
    close: () => Promise.resolve(place[Symbol.asyncDispose]()),
  };
}

queueContract('the queue in SQS', open, 25);

describe('the queue in SQS', () => {
  afterEach(() => {
    cloud.fault = () => undefined;
    cloud.sqs.refuseEntry = () => undefined;
  });

  /** A new queue whose waiting takes no time, and what is on it. */
  async function fresh(options: SqsQueueOptions = {}) {
    const { name } = await openQueue(clients.sqs);
    const clock = { sleep: async () => {}, random: () => 0 };
    const held = () => [...(cloud.sqs.queues.get(name.replace(/^.*\//, ''))?.messages ?? [])].map(({ body }) => body);
    return { queue: sqsQueue(name, { client: clients.sqs, clock, ...options }), held };
  }

  it('sends few requests, none larger than SQS takes', async () => {
    const { queue, held } = await fresh();
    const before = cloud.requests.length;
    await queue.send(Array.from({ length: 25 }, (_, i) => `${i}`));
    expect(cloud.requests.length - before).toBe(3);
    const large = Array.from({ length: 9 }, (_, i) => `${i}`.repeat(256 * 1024));
    await queue.send(large);
    expect(cloud.requests.length - before).toBe(6);
    expect(new Set(held())).toEqual(new Set([...Array.from({ length: 25 }, (_, i) => `${i}`), ...large]));
  });

  it.each([256 * 1024 + 1, 0])('sends nothing when a message has %i bytes, and says which', async (size) => {
    const { queue, held } = await fresh();
    const sending = queue.send(['fine', 'é'.repeat(size / 2) + 'x'.repeat(size % 2)]);
    const message = expect.stringMatching(new RegExp(`message of ${size} bytes.*: é*`));
    await expect(sending).rejects.toMatchObject({ code: 'queue.broken', retry: false, message });
    expect(held()).toEqual([]);
  });

  it('sends those again that failed in passing, and only those', async () => {
    const { queue, held } = await fresh();
    let refusals = 3;
    cloud.sqs.refuseEntry = (body) =>
      Number(body) % 4 === 0 && refusals-- > 0 ? { code: 'InternalError', senderFault: false } : undefined;
    const messages = Array.from({ length: 12 }, (_, i) => `${i}`);
    await queue.send(messages);
    expect(held().toSorted()).toEqual(messages.toSorted());
  });

  it.each([true, false])(
    'throws when a message is refused for good, or for too long (sender’s fault: %j)',
    async (senderFault) => {
      const { queue, held } = await fresh();
      cloud.sqs.refuseEntry = (body) => (body === 'b' ? { code: 'InvalidMessageContents', senderFault } : undefined);
      const details = {
        code: 'queue.broken',
        retry: !senderFault,
        message: expect.stringContaining('InvalidMessageContents'),
      };
      await expect(queue.send(['a', 'b', 'c'])).rejects.toMatchObject(details);
      expect(held()).toEqual(['a', 'c']);
    },
  );

  it('says of a queue that is not there, or may not be used, what to look at', async () => {
    const nowhere = sqsQueue(`${cloud.endpoint}/000000000000/nowhere`, { client: clients.sqs });
    const details = { code: 'queue.broken', retry: false, hint: expect.stringContaining('is the queue there') };
    await expect(nowhere.send(['x'])).rejects.toMatchObject(details);
    const { queue } = await fresh();
    cloud.fault = () => ({ refuse: { status: 403, code: 'AccessDeniedException' } });
    await expect(queue.send(['x'])).rejects.toMatchObject(details);
    cloud.fault = () => ({ refuse: { status: 503, code: 'ServiceUnavailable' } });
    await expect(queue.send(['x'])).rejects.toMatchObject({ code: 'queue.broken', retry: true });
    cloud.fault = () => ({ cutAfter: -1 });
    await expect(queue.send(['x'])).rejects.toMatchObject({ code: 'queue.broken', retry: true });
  });

  it('delays what it is told to', async () => {
    const { queue } = await fresh({ delaySeconds: 60 });
    await queue.send(['later']);
    const [message] = [...cloud.sqs.queues.values()]
      .flatMap(({ messages }) => [...messages])
      .filter(({ body }) => body === 'later');
    expect((message?.visibleAt ?? 0) - (message?.sent ?? 0)).toBe(60_000);
  });
});

it('received messages come again when they are told to; of those that cannot be told it says how many', async () => {
  const { sqs: client } = clients;
  const { name: QueueUrl } = await openQueue(client, { VisibilityTimeout: '5400' });
  await sqsQueue(QueueUrl, { client }).send(Array.from({ length: 12 }, (_, i) => `${i}`));
  const receive = async () =>
    (await client.send(new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10 }))).Messages ?? [];
  const received = [...(await receive()), ...(await receive())].map(({ ReceiptHandle }) => ReceiptHandle ?? '');
  expect(received).toHaveLength(12);
  const postpone = sqsVisibility(QueueUrl, client);
  const told = [...received.slice(0, 11), 'no receipt'].map((receiptHandle) => ({ receiptHandle, seconds: 60 }));
  expect(await postpone(told)).toBe(1);
  expect(await receive()).toEqual([]);
  cloud.time.pass(60_000);
  expect([...(await receive()), ...(await receive())]).toHaveLength(11);
});
