import { isInForce, type Waiver } from '../documents/gate/policy.ts';
import { markOpened } from '../documents/gate/opened.ts';
import type { ObjectKey } from '../layout/keys.ts';
import type { Log } from '../ports/log.ts';
import { type Problem, problemOf } from '../problems/problem.ts';
import { keepNotices } from '../recall/channel-notices.ts';
import { type ExaminedFile, examineServed } from '../recall/examine-served.ts';
import { badFile, placesOf, type RecallingWorld, recallFiles } from '../recall/recall-files.ts';
import { type ReleasingWorld, releaseRecalled } from '../recall/release.ts';
import { type ServedFile, servedFiles } from '../recall/served-file.ts';
import { type SweepReport, startReport } from '../recall/sweep-report.ts';
import { batches, mapInOrder } from '../store/map-in-order.ts';
import { isDamaged } from '../store/read-json-object.ts';

export interface SweepWorld extends ReleasingWorld, RecallingWorld {
  readonly log: Log;
  /** Whether time is up: what was not come to is left to the next run, which passes over what this one did at little cost. */
  readonly isTimeUp?: () => boolean;
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
  const report = startReport(world);
  await release(world, report);
  for await (const { items } of batches(servedFiles(world), filesPerRecall)) {
    if (world.isTimeUp?.()) return report.finish(false);
    await sweepBatch(items, world, report);
  }
  const notices = await keepNotices(world);
  if (notices !== null) report.changed([notices]);
  if (report.isWhole()) await markOpened(world);
  return report.finish(true);
}
