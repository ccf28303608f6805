import type { Plan } from '../documents/plan.ts';
import { readManifest } from '../index/manifest.ts';
import { listedIn } from '../index/state-source.ts';
import type { ChannelStore } from '../store/list-packages.ts';
import { subdirsOf } from '../store/subdirs-of.ts';

export interface MostLeaving {
  /** Ids of the artifacts that would leave the index. */
  readonly packages: readonly string[];
  /** How many packages clients find in it now. */
  readonly served: number;
}

/**
 * What a plan would take out of the index where that is more than half of what is served, as with an allowlist of another
 * channel; null where it is less, as with any edit. Where a state is lost or damaged nothing counts as served.
 */
export async function mostLeave({ drop }: Plan, world: ChannelStore): Promise<MostLeaving | null> {
  if (drop.length === 0) return null;
  const served = await servedPackages(world);
  return drop.length * 2 > served ? { packages: drop, served } : null;
}

async function servedPackages({ store, channel }: ChannelStore): Promise<number> {
  let served = 0;
  for (const subdir of await subdirsOf({ store, channel }, 'state')) {
    const { manifest } = await readManifest({ store, channel, subdir });
    served += manifest === null ? 0 : listedIn(manifest);
  }
  return served;
}
