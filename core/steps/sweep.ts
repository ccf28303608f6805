import { markOpened } from '../documents/gate/opened.ts';
import type { Advice } from '../gate/advice.ts';
import type { Log } from '../ports/log.ts';
import { GatehouseError } from '../problems/error.ts';
import type { Problem } from '../problems/problem.ts';
import { problemOf } from '../problems/problem.ts';
import { keepNotices } from '../recall/channel-notices.ts';
import { type ExaminedFile, examineServed } from '../recall/examine-served.ts';
import { type BadFile, badFile, folderOf, placesOf, type RecallingWorld, recallFiles } from '../recall/recall-files.ts';
import { type ReleasingWorld, releaseRecalled } from '../recall/release.ts';
import { type ServedFile, servedFiles } from '../recall/served-file.ts';
import {
  type GrowingReport,
  type SweepProgress,
  type SweepReport,
  startReport,
  sweepStart,
} from '../recall/sweep-report.ts';
import { batches, mapInOrder } from '../store/map-in-order.ts';
import { isDamaged } from '../store/read-json-object.ts';

export interface SweepWorld extends ReleasingWorld, RecallingWorld {
  /** The same that the gate goes by. */
  readonly advice: Advice;
  readonly log: Log;
  /** Whether time is up: what was not come to is left to the run that goes on from its report's progress. */
  readonly isTimeUp?: () => boolean;
  /** Where the run before stopped; the first file without it. */
  readonly from?: SweepProgress;
  /** Files looked at side by side; {@link maxFilesAtOnce} without it. */
  readonly filesAtOnce?: number;
}

/** Files looked at side by side: each costs a few requests, or the reading of its bytes. */
const maxFilesAtOnce = 16;
/** Files between two recalls: so long what turned bad can still be had. */
const filesPerRecall = 256;

/**
 * Looks at every file of one side of a store again, listed or not, with today's data: what has no verdict yet is judged from its
 * bytes. What turned bad is recalled at once, whatever that breaks; what a sweep recalled and nothing speaks against any more
 * is released. Safe to run twice, beside another sweep, a sync, an indexer and a publisher; a run that is cut off anywhere is
 * finished by the next. Memory is that of a batch, and of what is told.
 *
 * @throws GatehouseError `store.*`
 */
export async function sweep(world: SweepWorld): Promise<SweepReport> {
  const { gate, clock, advice, from = sweepStart } = world;
  const isTimeUp = world.isTimeUp ?? (() => false);
  const report = startReport({ policy: gate.policy, now: clock.now() }, from);
  const asOf = advice.status === 'known' ? advice.asOf : null;
  if (advice.status === 'unreachable') report.problems([withoutAdvice(advice.detail)]);
  await orTold('recalls', report, () => release(world, report));
  for await (const { items } of batches(servedFiles(world, from.after), filesPerRecall)) {
    await sweepBatch(items, world, report);
    if (isTimeUp()) return report.finish(false, asOf);
    const last = items.at(-1);
    if (last !== undefined) report.done(last.id);
  }
  await orTold('notices', report, async () => report.changed(await keepNotices(world)));
  if (report.isWhole() && advice.status !== 'unreachable') await markOpened(world.store, clock);
  return report.finish(true, asOf);
}

async function release(world: SweepWorld, report: GrowingReport): Promise<void> {
  const { files, problems } = await releaseRecalled(world);
  report.problems(problems);
  for (const { id } of files) {
    report.released(id);
    world.log({ type: 'sweep.released', id });
  }
  if (files.length > 0) report.problems(await world.index(placesOf(files)));
}

async function sweepBatch(files: readonly ServedFile[], world: SweepWorld, report: GrowingReport): Promise<void> {
  const bad: BadFile[] = [];
  for await (const found of mapInOrder(files, world.filesAtOnce ?? maxFilesAtOnce, (file) =>
    examine(file, world, report),
  )) {
    if (found === null) continue;
    report.examined(found);
    if (found.fate === 'bad') bad.push(badFile(found.file, found.sha256, found.settled));
  }
  for (const [place, those] of Map.groupBy(bad, ({ file }) => folderOf(file))) {
    await orTold(place, report, () => recall(those, world, report));
  }
  world.log({ type: 'sweep.checked', files: report.checked() });
}

/** What of ours is damaged that tells of a file costs that file alone, which stays and is told. Null also of what time did not suffice for. */
async function examine(file: ServedFile, world: SweepWorld, report: GrowingReport): Promise<ExaminedFile | null> {
  if (world.isTimeUp?.()) return null;
  let found: ExaminedFile | null = null;
  await orTold(file.id, report, async () => {
    found = await examineServed(file, world);
  });
  return found;
}

/** What was recalled is told at once: a run that is cut off behind it has told of it too. */
async function recall(bad: readonly BadFile[], world: SweepWorld, report: GrowingReport): Promise<void> {
  const { gone, problems } = await recallFiles(bad, world.clock.now(), world);
  report.recalled(bad);
  for (const { file, reason } of bad) world.log({ type: 'sweep.recalled', id: file.id, reason });
  report.problems(problems);
  report.changed([...gone, ...(await keepNotices(world))]);
}

async function orTold(subject: string, report: GrowingReport, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    const isTooLarge = error instanceof GatehouseError && error.code === 'store.too-large';
    if (!isDamaged(error) && !isTooLarge) throw error;
    report.failed(problemOf(error, subject));
  }
}

const withoutAdvice = (detail: string): Problem => ({
  code: 'gate.advisories',
  subject: 'the advisories',
  detail: `nothing was checked against them: ${detail}; what is served stays`,
  hint: 'sweep again when they can be had; or "policy": {"advisories": "none"} in the allowlist, if nobody is to look',
});
