import type { Allowlist } from '../../core/documents/allowlist/parse-allowlist.ts';
import { recalledPrefix } from '../../core/layout/gate-keys.ts';
import type { Log } from '../../core/ports/log.ts';
import { keepNotices } from '../../core/recall/channel-notices.ts';
import { openJudging } from '../../core/recall/open-judging.ts';
import { releaseRecalled } from '../../core/recall/release.ts';
import { openPythonIndexes } from '../../core/releases/python-indexes.ts';
import type { World } from '../world/open-world.ts';
import { stagedWorld } from '../world/staged-world.ts';

/**
 * Lets in again what a sweep recalled and an allowlist lets through by now, or its advisories: a plan finds it there. Whoever calls
 * it indexes after it. What cannot come back the next sweep tells of.
 *
 * @returns whether anything came back
 */
export async function releaseAll(allowlist: Allowlist, world: World, log: Log): Promise<boolean> {
  if (!(await hasRecalls(world))) return false;
  const staged = await stagedWorld(world);
  let count = 0;
  for (const side of staged === null ? [world] : [world, staged]) {
    const { files: filesOf } = openPythonIndexes({ ...side, log });
    const judging = await openJudging(allowlist, { ...side, log });
    const { files } = await releaseRecalled({ ...side, ...judging, filesOf });
    for (const { id } of files) log({ type: 'sweep.released', id });
    if (files.length > 0) await keepNotices(side);
    count += files.length;
  }
  return count > 0;
}

async function hasRecalls({ store }: World): Promise<boolean> {
  for await (const _ of store.list(recalledPrefix)) return true;
  return false;
}
