import { setTimeout } from 'node:timers/promises';
import { GetQueueAttributesCommand, type SQSClient } from '@aws-sdk/client-sqs';
import { GatehouseError } from '../../core/problems/error.ts';
import type { Deployment } from './deployment.ts';

/** Milliseconds; AWS itself collects messages for two minutes before it proves. */
const [pause, patience] = [500, process.env['AWS_ENDPOINT_URL'] === undefined ? 600_000 : 120_000];

/**
 * Asks again and again until the answer is there.
 *
 * @throws Error after some minutes, with what the queues hold
 */
export async function until<T>(
  what: string,
  deployment: Deployment,
  answer: () => Promise<T | null | undefined | false>,
): Promise<T> {
  for (const start = performance.now(); performance.now() - start < patience; ) {
    const answered = await answer().catch(changedMeanwhile);
    if (answered !== null && answered !== undefined && answered !== false) return answered;
    await setTimeout(pause);
  }
  throw new Error(`still not: ${what}; messages: ${JSON.stringify(await messagesIn(deployment))}`);
}

/** Who reads while others write may have to look again. */
function changedMeanwhile(error: unknown): null {
  if (error instanceof GatehouseError && error.code === 'store.conflict') return null;
  throw error;
}

/** Until no queue has anything to do. What is to come in a quarter of an hour is not waited for. */
export async function untilQuiet(deployment: Deployment): Promise<void> {
  let quiet = 0;
  await until('quiet', deployment, async () => {
    const { planQueue, jobQueue, indexQueue, proofQueue, sweepQueue } = await messagesIn(deployment);
    quiet = [planQueue, jobQueue, indexQueue, proofQueue, sweepQueue].every((count) => count === 0) ? quiet + 1 : 0;
    return quiet === 4;
  });
}

/** How many messages wait or are worked on, by queue. */
export async function messagesIn({ outputs, sqs }: Deployment): Promise<Record<string, number>> {
  const queues = Object.entries(outputs).filter(([name]) => name !== 'Bucket');
  return Object.fromEntries(await Promise.all(queues.map(async ([name, url]) => [name, await messagesAt(url, sqs)])));
}

async function messagesAt(QueueUrl: string, sqs: SQSClient): Promise<number> {
  const names = ['ApproximateNumberOfMessages', 'ApproximateNumberOfMessagesNotVisible'] as const;
  const { Attributes } = await sqs.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: [...names] }));
  return names.reduce((sum, name) => sum + Number(Attributes?.[name]), 0);
}
