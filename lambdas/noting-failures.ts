import { noteFailedFetch, wasNoted } from '../core/documents/failed-fetch.ts';
import type { Job } from '../core/documents/job.ts';
import { GatehouseError } from '../core/problems/error.ts';
import { type Problem, problemOf } from '../core/problems/problem.ts';
import type { CloudWorld } from './world.ts';

/**
 * Deliveries of a job that fail before its run goes on without it. What may pass has 16 to 91 minutes, by the pauses of
 * lambdas/soon-again.ts; what an upstream has no more, or other bytes of, is tried once more within a minute. Deliveries after
 * which nothing was noted were cut off, and come again after the queue's visibility timeout.
 */
const maxDeliveries = { passing: 5, lasting: 2, cutOff: 2 } as const;

/** Does a job, and notes with its plan how it failed: nobody else learns of it (core/steps/cloud-run/advance.ts). */
export async function notingFailures(
  { plan, artifact }: Job,
  deliveries: number,
  { store, clock }: Pick<CloudWorld, 'store' | 'clock'>,
  work: () => Promise<void>,
): Promise<void> {
  const note = (problem: Problem, givenUp: boolean) =>
    noteFailedFetch(store, plan, artifact, { failedAt: clock.now(), problem, givenUp });
  if (deliveries > maxDeliveries.cutOff && !(await wasNoted(store, plan, artifact))) {
    await note({ ...cutOff, subject: artifact }, true);
  }
  try {
    await work();
  } catch (error) {
    const isPassing = !(error instanceof GatehouseError) || error.retry;
    const givenUp = deliveries >= maxDeliveries[isPassing ? 'passing' : 'lasting'];
    await note(problemIn(error, artifact), givenUp);
    throw error;
  }
}

const cutOff = {
  code: 'fetch.cut-off',
  detail: 'the function that fetches it was cut off each time, by its memory or its timeout',
  hint: 'raise memory or timeout of the downloader (`sizes`), or fetch it with gatehouse sync --store s3://BUCKET',
};

const problemIn = (error: unknown, subject: string): Problem =>
  error instanceof GatehouseError
    ? problemOf(error, subject)
    : { code: 'internal.bug', subject, detail: String(error) };
