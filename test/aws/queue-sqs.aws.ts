import { afterAll } from 'vitest';
import { sqsQueue } from '../../adapters/queue-sqs.ts';
import { queueContract } from '../contracts/queue-contract.ts';
import { openQueue } from '../support/cloud/aws-places.ts';
import { drainSqs } from '../support/cloud/drain-sqs.ts';
import { awsClients } from './aws-clients.ts';

const { sqs: client, destroy } = awsClients();
afterAll(destroy);

async function open() {
  const place = await openQueue(client);
  return {
    queue: sqsQueue(place.name, { client }),
    // A short poll of SQS asks a part of its servers only; a long one asks all.
    drain: (handle: (message: string) => Promise<void>, maxReceives: number) =>
      drainSqs({ client, url: place.name, maxReceives, waitSeconds: 1, handle }),
    close: () => Promise.resolve(place[Symbol.asyncDispose]()),
  };
}

queueContract('the queue in SQS', open, 5);
