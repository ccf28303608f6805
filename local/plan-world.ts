import type { PlanWorld } from '../core/diff/make-plan.ts';
import type { Log } from '../core/report/event.ts';
import { openUpstreamSubdir } from '../core/upstream/open-channel.ts';
import { shownUrl } from '../core/upstream/shown-url.ts';
import type { World } from './open-world.ts';

/**
 * 90 days: so long what a solution left behind stays installable, and what left the index keeps its bytes, for those who
 * pinned it (design decision 12).
 */
export const retain = 90 * 24 * 60 * 60 * 1000;

export function planWorld(world: World, log: Log): PlanWorld {
  return {
    ...world,
    log,
    retain,
    async openSubdir(channel, subdir) {
      const opened = await openUpstreamSubdir(channel, subdir, { ...world, log });
      if (opened !== null) log({ type: 'plan.upstream', url: shownUrl(opened.url), names: opened.names().size });
      return opened;
    },
  };
}
