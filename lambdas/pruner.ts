import { readStoredAllowlist } from '../core/documents/allowlist/stored-allowlist.ts';
import { noteClock } from '../core/documents/clocks.ts';
import { indexMessage, projectMessage } from '../core/documents/run.ts';
import { channelPlace } from '../core/layout/channel-place.ts';
import { type Side, sides } from '../core/layout/sides.ts';
import { simplePlace } from '../core/layout/simple-place.ts';
import type { PruneWorld } from '../core/prune/garbage.ts';
import { type PruneReport, prune } from '../core/steps/prune.ts';
import { inWorld } from './in-world.ts';
import { worldOf } from './side-world.ts';
import { openPruner, type PrunerWorld } from './world.ts';

/**
 * Deletes what nobody needs any more of the channel and of staging, and has the subdirs that lost packages and the projects that lost wheels indexed.
 *
 * @throws GatehouseError `allowlist.*` where the allowlist is missing or bad: nothing is deleted
 */
export async function pruneChannel(_event: unknown, world: PrunerWorld): Promise<{ readonly deleted: number }> {
  await noteClock('prune', world);
  const { allowlist } = await readStoredAllowlist(world.store);
  const asked = new Set(allowlist.forms);
  let deleted = 0;
  for (const side of sides) deleted += await pruneSide(side, { ...worldOf(side, world), asked });
  return { deleted };
}

async function pruneSide(side: Side, world: PrunerWorld & Pick<PruneWorld, 'asked'>): Promise<number> {
  const { telemetry, indexes } = world;
  const report = await prune(world, { remove: true });
  await indexes.send(lossMessages(report, side));
  for (const problem of report.problems) telemetry.warn('problem', problem);
  for (const object of report.objects) telemetry.note('deleted', { ...object });
  telemetry.count('ObjectsDeleted', report.objects.length);
  telemetry.count('PruneProblems', report.problems.length);
  return report.objects.length;
}

function lossMessages({ objects }: PruneReport, side: Side): string[] {
  const messages = objects.flatMap(({ kind, key }) => {
    if (kind === 'wheel') {
      const place = simplePlace(key);
      return place.kind === 'file' ? [projectMessage(place.project, side)] : [];
    }
    const place = channelPlace(key);
    return kind === 'package' && place.kind === 'package' ? [indexMessage(place.subdir, side)] : [];
  });
  return [...new Set(messages)];
}

export const handler = inWorld(openPruner, pruneChannel);
