import { noarch } from '../../core/names/subdir.ts';
import type { Log } from '../../core/ports/log.ts';
import { GatehouseError } from '../../core/problems/error.ts';
import type { Problem } from '../../core/problems/problem.ts';
import { indexChannel } from '../../core/steps/index-channel.ts';
import { type IndexedProjects, indexProjects } from '../../core/steps/index-projects.ts';
import { type IndexedSubdir, indexSubdir } from '../../core/steps/index-subdir.ts';
import { channelStrays } from '../../core/store/channel-strays.ts';
import { collectStrays } from '../../core/store/strays.ts';
import { subdirsOf } from '../../core/store/subdirs-of.ts';
import type { Configured } from '../world/known-allowlist.ts';
import type { World } from '../world/open-world.ts';

export interface IndexAllOptions {
  readonly log: Log;
  /** Derive every index entry again, trusting none that was derived before. */
  readonly rebuild?: boolean;
}

export interface IndexedAll {
  readonly subdirs: readonly IndexedSubdir[];
  /** The pages for pip. */
  readonly simple: IndexedProjects;
  /** What lies in the channel and is no file of it. */
  readonly strays: readonly Problem[];
}

/** All that indexing found wrong. */
export const indexProblems = ({ subdirs, simple, strays }: IndexedAll): Problem[] => [
  ...subdirs.flatMap(({ problems }) => problems),
  ...strays,
  ...simple.projects.flatMap(({ problems }) => problems),
  ...simple.problems,
];

/**
 * Indexes every configured subdir, every one that the store tells of, and always `noarch`: clients fail on a channel whose
 * noarch index is missing. Then all projects for pip: of one whose last file was withdrawn by a run that was cut off, only
 * its state tells. What cannot be indexed keeps none of the others from it; what is made from all subdirs waits until all
 * can.
 *
 * @throws GatehouseError the first that something met, once all had their turn
 */
export async function indexAll(
  { platforms, forms }: Configured,
  world: World,
  { log, rebuild = false }: IndexAllOptions,
): Promise<IndexedAll> {
  const strays = collectStrays(channelStrays);
  const asked = await subdirsOf(world, 'anything', { always: [...platforms, noarch], strays });
  await using threads = world.indexThreads?.();
  const indexing = { ...world, log, asked: new Set(forms), ...(threads && { offload: threads.offload }) };
  const failures: GatehouseError[] = [];
  const subdirs: IndexedSubdir[] = [];
  for (const subdir of asked) {
    const indexed = await attempt(failures, () => indexSubdir(subdir, indexing, { rebuild }));
    if (indexed !== null) subdirs.push(indexed);
  }
  const simple = await attempt(failures, () => indexProjects('all', { ...world, log }, { rebuild }));
  const [first] = failures;
  if (first !== undefined || simple === null) throw first;
  await indexChannel(world);
  return { subdirs, simple, strays: strays.found().map((stray) => ({ code: 'index.stray', ...stray })) };
}

/** Null when the work failed, which goes to `failures`. */
async function attempt<T>(failures: GatehouseError[], work: () => Promise<T>): Promise<T | null> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof GatehouseError)) throw error;
    failures.push(error);
    return null;
  }
}
