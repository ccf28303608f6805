import { objectKeySchema } from '../../core/layout/keys.ts';
import { stagedPath } from '../../core/layout/sides.ts';
import type { PruneWorld } from '../../core/prune/garbage.ts';
import { type PruneReport, prune } from '../../core/steps/prune.ts';
import { stagedProblem } from '../../core/store/staged-telling.ts';
import type { World } from '../world/open-world.ts';
import { stagedWorld } from '../world/staged-world.ts';

/** Prunes the channel and its pip index, and by the same rules what is staged, where there is anything of it. */
export async function pruneAll(
  world: World,
  options: Pick<PruneWorld, 'retain' | 'asked'>,
  { remove }: { readonly remove: boolean },
): Promise<PruneReport> {
  const channel = await prune({ ...world, ...options }, { remove });
  const staged = await stagedWorld(world);
  if (staged === null) return channel;
  const staging = await prune({ ...staged, ...options }, { remove });
  const objects = staging.objects.map((one) => ({ ...one, key: objectKeySchema.parse(stagedPath(one.key)) }));
  const problems = staging.problems.map(stagedProblem);
  return {
    objects: [...channel.objects, ...objects],
    later: {
      objects: channel.later.objects + staging.later.objects,
      bytes: channel.later.bytes + staging.later.bytes,
    },
    problems: [...channel.problems, ...problems],
  };
}
