import { readStoredAllowlist } from '../core/documents/allowlist/stored-allowlist.ts';
import { indexMessage } from '../core/documents/run.ts';
import { channelPlace } from '../core/layout/channel-place.ts';
import type { Subdir } from '../core/names/subdir.ts';
import { type PruneReport, prune } from '../core/steps/prune.ts';
import { inWorld, openPruner, type PrunerWorld } from './world.ts';

/**
 * Deletes what nobody needs any more, and has the subdirs that lost packages indexed.
 *
 * @throws GatehouseError `allowlist.*` where the allowlist is missing or bad: nothing is deleted
 */
export async function pruneChannel(_event: unknown, world: PrunerWorld): Promise<{ readonly deleted: number }> {
  const { telemetry, indexes } = world;
  const { allowlist } = await readStoredAllowlist(world.store);
  const report = await prune({ ...world, asked: new Set(allowlist.forms) }, { remove: true });
  await indexes.send(lostPackages(report).map(indexMessage));
  for (const problem of report.problems) telemetry.warn('problem', problem);
  for (const object of report.objects) telemetry.note('deleted', { ...object });
  telemetry.count('ObjectsDeleted', report.objects.length);
  telemetry.count('PruneProblems', report.problems.length);
  return { deleted: report.objects.length };
}

function lostPackages({ objects }: PruneReport): Subdir[] {
  const packages = objects.filter(({ kind }) => kind === 'package').map(({ key }) => channelPlace(key));
  return [...new Set(packages.flatMap((place) => (place.kind === 'package' ? [place.subdir] : [])))];
}

export const handler = inWorld(openPruner, pruneChannel);
