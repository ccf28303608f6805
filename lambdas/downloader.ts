import { type Job, jobSchema, type Planned } from '../core/documents/job.ts';
import { isJobWanted, wantedByJob } from '../core/documents/run.ts';
import { parseJson, parseValue } from '../core/json/json.ts';
import { GatehouseError } from '../core/problems/error.ts';
import { fetchArtifact } from '../core/steps/fetch.ts';
import { fetchFile } from '../core/steps/fetch-file.ts';
import { cloudGate } from './cloud-gate.ts';
import { type BatchReply, deliveriesOf, eachMessage, type SqsMessage, sqsEventSchema } from './events.ts';
import { type Context, inWorld } from './in-world.ts';
import { notingFailures } from './noting-failures.ts';
import { lacksTime } from './reading-time.ts';
import { soonAgain } from './soon-again.ts';
import { withinTime } from './within-time.ts';
import { type DownloaderWorld, openDownloader } from './world.ts';

/** Fetches the packages and the files for pip that jobs name. A job that fails is logged by name and comes again, or is a dead letter. */
export async function fetchBatch(event: unknown, opened: DownloaderWorld, context: Context): Promise<BatchReply> {
  const world = { ...opened, ...withinTime(opened, () => context.getRemainingTimeInMillis()) };
  const { Records } = parseValue(event, sqsEventSchema, 'the event');
  return eachMessage(Records, world.telemetry, (message) => fetchJob(message, world, context));
}

async function fetchJob(message: SqsMessage, world: DownloaderWorld, context: Context): Promise<void> {
  const job = parseJson(message.body, jobSchema, 'a job');
  const wanted = await wantedByJob(world.store, job);
  if (wanted === null) return world.telemetry.note('superseded', job);
  await notingFailures(job, deliveriesOf(message), world, () => fetchWanted(job, wanted, world, context));
}

async function fetchWanted(job: Job, wanted: Planned, world: DownloaderWorld, context: Context): Promise<void> {
  const { telemetry, store } = world;
  const gate = await cloudGate(world, { lacksTime: lacksTime(() => context.getRemainingTimeInMillis()) });
  const fetching = { ...world, gate, log: telemetry.log, isWanted: () => isJobWanted(store, job) };
  const outcome = await (wanted.kind === 'file'
    ? fetchFile(wanted.file, fetching)
    : fetchArtifact(wanted.artifact, fetching));
  // Nothing is gained by trying again: the plan that comes next takes what the gate lets in.
  if (outcome.status === 'held') return telemetry.warn('held', outcome.problem);
  if (outcome.status !== 'failed') return telemetry.note(outcome.status, job);
  const { subject, code, detail, hint } = outcome.problem;
  throw new GatehouseError('fetch.failed', `${subject}: ${code}: ${detail}`, {
    retry: outcome.retry === true,
    ...(hint !== undefined && { hint }),
  });
}

export const handler = inWorld(openDownloader, soonAgain(fetchBatch));
