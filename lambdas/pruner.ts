import { readStoredAllowlist } from '../core/documents/allowlist/stored-allowlist.ts';
import { indexMessage, projectMessage } from '../core/documents/run.ts';
import { channelPlace } from '../core/layout/channel-place.ts';
import { simplePlace } from '../core/layout/simple-place.ts';
import { type PruneReport, prune } from '../core/steps/prune.ts';
import { inWorld, openPruner, type PrunerWorld } from './world.ts';

/**
 * Deletes what nobody needs any more, and has the subdirs that lost packages and the projects that lost wheels indexed.
 *
 * @throws GatehouseError `allowlist.*` where the allowlist is missing or bad: nothing is deleted
 */
export async function pruneChannel(_event: unknown, world: PrunerWorld): Promise<{ readonly deleted: number }> {
  const { telemetry, indexes } = world;
  const { allowlist } = await readStoredAllowlist(world.store);
  const report = await prune({ ...world, asked: new Set(allowlist.forms) }, { remove: true });
  await indexes.send(lossMessages(report));
  for (const problem of report.problems) telemetry.warn('problem', problem);
  for (const object of report.objects) telemetry.note('deleted', { ...object });
  telemetry.count('ObjectsDeleted', report.objects.length);
  telemetry.count('PruneProblems', report.problems.length);
  return { deleted: report.objects.length };
}

function lossMessages({ objects }: PruneReport): string[] {
  const messages = objects.flatMap(({ kind, key }) => {
    if (kind === 'wheel') {
      const place = simplePlace(key);
      return place.kind === 'file' ? [projectMessage(place.project)] : [];
    }
    const place = channelPlace(key);
    return kind === 'package' && place.kind === 'package' ? [indexMessage(place.subdir)] : [];
  });
  return [...new Set(messages)];
}

export const handler = inWorld(openPruner, pruneChannel);
