import type { Plan } from '../documents/plan.ts';
import { readManifest } from '../index/manifest.ts';
import { listedIn } from '../index/state-source.ts';
import type { Store } from '../ports/store.ts';
import { readProjectState } from '../simple/project-state.ts';
import { projectsWithState } from '../simple/projects-in.ts';
import type { ChannelStore } from '../store/list-packages.ts';
import { subdirsOf } from '../store/subdirs-of.ts';

export interface MostLeaving {
  /** Ids of the packages and of the files for pip that would leave the index. */
  readonly packages: readonly string[];
  /** How many of both clients find in it now. */
  readonly served: number;
}

/**
 * What a plan would take out of the index where that is more than half of what is served, as with an allowlist of another
 * channel; null where it is less, as with any edit. Where a state is lost or damaged nothing counts as served.
 *
 * @param cameNow ids of what came in this run: no index lists it yet, and so nobody loses it
 */
export async function mostLeave(
  { drop, simple }: Plan,
  world: ChannelStore,
  cameNow: readonly string[] = [],
): Promise<MostLeaving | null> {
  const came = new Set(cameNow);
  const packages = [...drop, ...simple.drop].filter((id) => !came.has(id));
  if (packages.length === 0) return null;
  const served = (await servedPackages(world)) + (await servedFiles(world.store));
  return packages.length * 2 > served ? { packages, served } : null;
}

async function servedPackages({ store, channel }: ChannelStore): Promise<number> {
  let served = 0;
  for (const subdir of await subdirsOf({ store, channel }, 'state')) {
    const { manifest } = await readManifest({ store, channel, subdir });
    served += manifest === null ? 0 : listedIn(manifest);
  }
  return served;
}

async function servedFiles(store: Store): Promise<number> {
  let served = 0;
  for (const project of await projectsWithState(store)) {
    const { state } = await readProjectState(store, project);
    served += state?.content.length ?? 0;
  }
  return served;
}
