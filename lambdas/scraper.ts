import { z } from 'zod';
import type { Allowlist } from '../core/documents/allowlist/parse-allowlist.ts';
import { noteClock } from '../core/documents/clocks.ts';
import { aroundTrigger, type RunMessage, runMessageSchema, startMessageSchema } from '../core/documents/run.ts';
import { parseJson, parseValue } from '../core/json/json.ts';
import { openGlance } from '../core/releases/glance.ts';
import { openNameEvidence } from '../core/releases/name-evidence.ts';
import { openPythonIndexes } from '../core/releases/python-indexes.ts';
import type { Excluding } from '../core/solve/standing/held.ts';
import { rememberUpstream } from '../core/solve/upstream-subdirs.ts';
import { type Advanced, advanceRun } from '../core/steps/cloud-run/advance.ts';
import { type Concluded, concludeRun } from '../core/steps/cloud-run/conclude.ts';
import { solveRunSlice } from '../core/steps/cloud-run/slice.ts';
import { startRun } from '../core/steps/cloud-run/start.ts';
import { type Watched, watch } from '../core/steps/cloud-run/watch.ts';
import { openUpstreamSubdir } from '../core/upstream/open-channel.ts';
import { cloudPlanGate } from './cloud-plan-gate.ts';
import { type BatchReply, eachMessage, type SqsMessage, s3KeysSchema, sqsEventSchema } from './events.ts';
import { type Context, inWorld } from './in-world.ts';
import { soonAgain } from './soon-again.ts';
import type { Telemetry } from './telemetry.ts';
import { withinTime } from './within-time.ts';
import { openScraper, type ScraperWorld } from './world.ts';

/** The schedule's event, which Lambda delivers again under the same id when the invocation fails. */
const scheduleSchema = z.object({ id: z.string().min(1), source: z.string() });
/** Of the rule that comes every ten minutes. */
const watchSchema = z.strictObject({ type: z.literal('watch') });
const eventSchema = z.union([sqsEventSchema, watchSchema, scheduleSchema]);
const bodySchema = z.union([runMessageSchema, startMessageSchema, s3KeysSchema]);

/** Plans: once a week, when the allowlist or the hotfixes change, when somebody asks, and slice by slice as its own messages say. */
export async function scrape(event: unknown, opened: ScraperWorld, context: Context): Promise<BatchReply> {
  const world = { ...opened, ...withinTime(opened, () => context.getRemainingTimeInMillis()) };
  const parsed = parseValue(event, eventSchema, 'the event');
  if ('Records' in parsed) return eachMessage(parsed.Records, world.telemetry, (one) => handleMessage(one, world));
  if ('type' in parsed) reportWatched(await watch(world), world.telemetry);
  else {
    await noteClock('sync', world);
    await start(parsed.id, world);
  }
  return { batchItemFailures: [] };
}

async function handleMessage({ messageId, body }: SqsMessage, world: ScraperWorld): Promise<void> {
  const message = parseJson(body, bodySchema, 'a message to the scraper');
  if (!Array.isArray(message) && message.type !== 'sync') return proceed(message, world);
  if (Array.isArray(message) && message.length === 0) return;
  await start(messageId, world);
  // A stack that was deployed just now is watched from then on, and not from the clock's first turn.
  reportWatched(await watch(world), world.telemetry);
}

async function start(trigger: string, world: ScraperWorld): Promise<void> {
  world.telemetry.note('run', { ...(await startRun(trigger, world)) });
}

/** Runs the step that a message of this run asks for. */
async function proceed(message: RunMessage, world: ScraperWorld): Promise<void> {
  const { telemetry } = world;
  if (message.type === 'slice') {
    const { status } = await solveRunSlice(message.run, message.slice, planning(world));
    telemetry.note('slice', { ...message, status });
  } else if (message.type === 'merge') {
    reportConcluded(message, await concludeRun(message.run, planning(world)), telemetry);
  } else if (message.type === 'around') {
    const { run: after, round } = message;
    telemetry.note('run', { ...(await startRun(aroundTrigger(after), world, { after, round })), round });
  } else reportAdvanced(message, await advanceRun(message.run, world), telemetry);
}

/** So many of those that wait are in the log by name; the plan at rest has all. */
const maxWaitingNamed = 100;

function reportConcluded(
  message: RunMessage,
  { status, missing, plan, leaving }: Concluded,
  telemetry: Telemetry,
): void {
  telemetry.note('merge', { ...message, status, missing, complete: plan?.complete });
  if (status === 'sent') telemetry.count('SlicesMissing', missing.length);
  const { problems = [], warnings = [], waiting = [] } = plan ?? {};
  for (const problem of problems) telemetry.warn('problem', problem);
  for (const warning of warnings) telemetry.note('warning', warning);
  // A change that is held back because it would break an entry costs nobody anything.
  const changesHeld = problems.filter(({ code }) => code.startsWith('held.')).length;
  telemetry.count('ChangesHeld', changesHeld);
  telemetry.count('PlanProblems', problems.length - changesHeld);
  telemetry.count('PlansIncomplete', Number(plan?.complete === false));
  for (const one of waiting.slice(0, maxWaitingNamed)) telemetry.note('waiting', { ...one });
  telemetry.count('FilesWaiting', waiting.length);
  for (const one of plan?.together?.apart ?? []) telemetry.note('not together', { ...one });
  if (leaving === null) return;
  // An allowlist of another channel, deployed by mistake, is seen here first: what leaves is still there to come back.
  const { packages, served } = leaving;
  telemetry.warn('most packages leave', { leaving: packages.length, served, packages: packages.slice(0, 100) });
  telemetry.count('MostPackagesLeave', 1);
}

function reportAdvanced(message: RunMessage, outcome: Advanced, telemetry: Telemetry): void {
  const { status, missing, held, failed, applied } = outcome;
  const facts = {
    ...message,
    status,
    missing: missing.slice(0, 100),
    absent: missing.length,
    held,
    failed,
    ...applied,
  };
  if (status === 'given up' || status === 'around') telemetry.warn('settle', facts);
  else telemetry.note('settle', facts);
  if (status === 'around') for (const problem of failed) telemetry.warn('problem', problem);
  telemetry.count('ArtifactsGivenUp', givenUp(outcome));
}

function givenUp({ status, missing, failed }: Advanced): number {
  if (status === 'given up') return missing.length;
  return status === 'around' ? failed.length : 0;
}

/** The counts that are there each time are what tells a clock that stands from one that has nothing to tell. */
function reportWatched({ missed, stuck, failing, missing }: Watched, telemetry: Telemetry): void {
  for (const schedule of missed) telemetry.warn('a schedule did not fire', { schedule });
  if (stuck !== null) {
    const { stage, slices, done, missing: files, startedAt, movedAt } = stuck;
    telemetry.warn('a sync does not come on', { stage, slices, done: done.length, files, startedAt, movedAt });
  }
  for (const entry of failing.slice(0, 100)) telemetry.warn('does not install', { ...entry });
  telemetry.count('Watches', 1);
  telemetry.count('SchedulesMissed', missed.length);
  telemetry.count('SyncsStuck', Number(stuck !== null));
  telemetry.count('EntriesNotInstalling', failing.length);
  telemetry.count('FilesMissing', missing);
}

function planning(world: ScraperWorld) {
  const { log } = world.telemetry;
  const openSubdir = rememberUpstream((channel, subdir, isOptional) =>
    openUpstreamSubdir(channel, subdir, { ...world, log, isOptional }),
  );
  const upstream = { ...world, log };
  return {
    ...upstream,
    openSubdir,
    pythonIndexes: openPythonIndexes(upstream),
    nameEvidence: openNameEvidence(upstream),
    glance: openGlance({ ...upstream, fetch: world.hurriedFetch ?? world.fetch }),
    openGate: (allowlist: Allowlist, now: number, excluding: Excluding) =>
      cloudPlanGate(allowlist, upstream, { now, excluding }),
  };
}

export const handler = inWorld(openScraper, soonAgain(scrape));
