import { z } from 'zod';
import { findStoredAllowlist, storedAllowlistSha256 } from '../core/documents/allowlist/stored-allowlist.ts';
import { noteClock } from '../core/documents/clocks.ts';
import { indexMessage, projectMessage } from '../core/documents/run.ts';
import { parseJson, parseValue } from '../core/json/json.ts';
import { heldPrefix } from '../core/layout/gate-keys.ts';
import { type Side, sides } from '../core/layout/sides.ts';
import { GatehouseError } from '../core/problems/error.ts';
import { type Judging, openJudging } from '../core/recall/open-judging.ts';
import type { TouchedPlaces } from '../core/recall/recall-files.ts';
import type { SweepReport } from '../core/recall/sweep-report.ts';
import { sweep } from '../core/steps/sweep.ts';
import { type BatchReply, eachMessage, type SqsMessage, sqsEventSchema } from './events.ts';
import { type Context, inWorld } from './in-world.ts';
import { filePaths, invalidateInBatches, recentlyRecalled } from './invalidation-paths.ts';
import { lacksTime } from './reading-time.ts';
import { worldOf } from './side-world.ts';
import { soonAgain } from './soon-again.ts';
import { withinTime } from './within-time.ts';
import { openSweeper, type SweeperWorld } from './world.ts';

/** The clock's event, and what a person sends to the queue. */
const startSchema = z.strictObject({ type: z.literal('sweep') });

/** The message by which a sweep goes on. It may come twice: what was done is passed over. */
const progressSchema = z.strictObject({
  type: z.literal('sweep'),
  side: z.enum(sides).default('channel'),
  /** When it began, in milliseconds since the epoch; now without it. */
  startedAt: z.number().exactOptional(),
  after: z.string().nullable().default(null),
  isWhole: z.boolean().default(true),
});
type Progress = z.infer<typeof progressSchema> & { readonly startedAt: number };

const eventSchema = z.union([sqsEventSchema, startSchema]);

/**
 * Looks again at every file that is served, once a day, with that day's advisories, and takes back what turned bad. The clock
 * only sends for it; a sweep that takes longer than an invocation goes on by a message of its own.
 */
export async function sweepChannel(event: unknown, opened: SweeperWorld, context: Context): Promise<BatchReply> {
  const remaining = () => context.getRemainingTimeInMillis();
  const world = { ...opened, ...withinTime(opened, remaining) };
  const parsed = parseValue(event, eventSchema, 'the event');
  if ('Records' in parsed) {
    return eachMessage(parsed.Records, world.telemetry, (message) => goOn(message, world, remaining));
  }
  await noteClock('sweep', world);
  await sendOn({ type: 'sweep', side: 'channel', startedAt: world.clock.now(), after: null, isWhole: true }, world);
  return { batchItemFailures: [] };
}

async function goOn({ body }: SqsMessage, world: SweeperWorld, remaining: () => number): Promise<void> {
  const told = parseJson(body, progressSchema, 'a message to the sweeper');
  const progress = { ...told, startedAt: told.startedAt ?? world.clock.now() };
  const { side } = progress;
  const report = await sweepSide(progress, worldOf(side, world), remaining);
  tell(side, report, world);
  await invalidate(report, progress, worldOf(side, world));
  const next = nextOf(progress, report);
  if (next !== null) await sendOn(next, world);
  tellOfEnd(progress, next, world);
  if (report.finished) world.telemetry.count('HeldFiles', await countHeld(worldOf(side, world)));
}

/** How many files wait for a waiver, or for time. */
async function countHeld({ store }: SweeperWorld): Promise<number> {
  let count = 0;
  for await (const _ of store.list(heldPrefix)) count += 1;
  return count;
}

/** Left of the function's time for the files that were begun: some that take minutes may be among them. */
const reserveMs = 5 * 60 * 1000;
/** A processor and a half read so many side by side, and a request's wait costs the others nothing. */
const filesAtOnce = 4;

async function sweepSide(progress: Progress, world: SweeperWorld, remaining: () => number): Promise<SweepReport> {
  const { store, telemetry, indexes } = world;
  // What is begun too late and cut off is the first that the message's next delivery comes to.
  const wholeMs = remaining();
  const allowlist = await findStoredAllowlist(store);
  const shell = { ...world, log: telemetry.log, cache: null };
  const judging = await openJudging(allowlist, shell, { sha256: await storedAllowlistSha256(store) });
  return sweep({
    ...world,
    ...judging,
    gate: withTime(judging.gate, wholeMs),
    log: telemetry.log,
    filesAtOnce,
    from: progress,
    isTimeUp: () => remaining() < reserveMs,
    // The indexer reads control, which says by now what is recalled. Until it has, what is named and gone is a 404.
    async index(touched) {
      await indexes.send(indexMessages(touched, progress.side));
      return [];
    },
  });
}

/** What takes longer than a whole invocation is told by name, and keeps the place that it has. */
function withTime(gate: Judging['gate'], wholeMs: number): Judging['gate'] {
  const lacking = lacksTime(() => wholeMs);
  return {
    ...gate,
    async judge(file) {
      const detail = lacking(file);
      if (detail === null) return gate.judge(file);
      const hint = 'gatehouse sweep --store s3://BUCKET reads it from a machine of yours';
      throw new GatehouseError('store.too-large', detail, { hint });
    },
  };
}

const indexMessages = ({ subdirs, projects }: TouchedPlaces, side: Side): string[] => [
  ...subdirs.map((subdir) => indexMessage(subdir, side)),
  ...projects.map((project) => projectMessage(project, side)),
];

/** The edges keep packages for a year, so this is tried again until it is done; of two who ask for the same paths one is heard. */
async function invalidate({ changed, finished }: SweepReport, { startedAt }: Progress, world: SweeperWorld) {
  if (world.purge === null) return;
  // Of a recall by hand, and of a run that was cut off behind the deletion, nobody else tells.
  const recent = finished ? await recentlyRecalled(world) : [];
  await invalidateInBatches(filePaths([...changed, ...recent], world.servedName), startedAt, world.purge);
}

function nextOf(progress: Progress, { finished, progress: { after, isWhole } }: SweepReport): Progress | null {
  if (!finished) return { ...progress, after, isWhole };
  return progress.side === 'channel' ? { ...progress, side: 'staging', after: null, isWhole: true } : null;
}

const sendOn = (progress: Progress, { queue }: SweeperWorld) => queue.send([JSON.stringify(progress)]);

const hourMs = 60 * 60 * 1000;

function tell(side: Side, report: SweepReport, world: SweeperWorld): void {
  const { telemetry, clock } = worldOf(side, world);
  const { problems, recalled, released, changed, expiring, progress, ...facts } = report;
  telemetry.note('sweep', { side, ...facts, recalled: recalled.length, released: released.length });
  for (const problem of problems) telemetry.warn('problem', problem);
  for (const waiver of expiring) telemetry.warn('a waiver ends soon', { ...waiver });
  telemetry.count('FilesChecked', report.checked);
  telemetry.count('FilesRecalled', recalled.length);
  telemetry.count('FilesReleased', released.length);
  telemetry.count('FilesUnjudged', report.unjudged);
  telemetry.count('AdvisoriesMissing', Number(problems.some(({ code }) => code === 'gate.advisories')));
  const { advisoriesAsOf } = report;
  if (advisoriesAsOf !== null) telemetry.count('AdvisoriesAgeHours', (clock.now() - advisoriesAsOf) / hourMs);
}

/** 2 days: a sweep that the clock's next two have overtaken. */
const lateMs = 48 * hourMs;

function tellOfEnd({ startedAt }: Progress, next: Progress | null, { telemetry, clock }: SweeperWorld): void {
  const took = clock.now() - startedAt;
  telemetry.count('SweepsLate', Number(next !== null && took > lateMs));
  if (next === null) telemetry.note('swept', { hours: took / hourMs });
}

export const handler = inWorld(openSweeper, soonAgain(sweepChannel));
