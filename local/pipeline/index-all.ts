import { noarch } from '../../core/names/subdir.ts';
import type { Log } from '../../core/ports/log.ts';
import { GatehouseError } from '../../core/problems/error.ts';
import type { Problem } from '../../core/problems/problem.ts';
import { indexChannel } from '../../core/steps/index-channel.ts';
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
  /** What lies in the channel and is no file of it. */
  readonly strays: readonly Problem[];
}

/** All that indexing found wrong. */
export const indexProblems = ({ subdirs, strays }: IndexedAll): Problem[] => [
  ...subdirs.flatMap(({ problems }) => problems),
  ...strays,
];

/**
 * Indexes every configured subdir, every one that the store tells of, and always `noarch`: clients fail on a channel whose
 * noarch index is missing. A subdir that cannot be indexed keeps none of the others from it; what is made from all of
 * them waits until all can.
 *
 * @throws GatehouseError the first that a subdir met, once all had their turn
 */
export async function indexAll(
  { platforms, forms }: Configured,
  world: World,
  { log, rebuild = false }: IndexAllOptions,
): Promise<IndexedAll> {
  const strays = collectStrays(channelStrays);
  const subdirs = await subdirsOf(world, 'anything', { always: [...platforms, noarch], strays });
  await using threads = world.indexThreads?.();
  const indexing = { ...world, log, asked: new Set(forms), ...(threads && { offload: threads.offload }) };
  const indexed: IndexedSubdir[] = [];
  const failures: GatehouseError[] = [];
  for (const subdir of subdirs) {
    try {
      indexed.push(await indexSubdir(subdir, indexing, { rebuild }));
    } catch (error) {
      if (!(error instanceof GatehouseError)) throw error;
      failures.push(error);
    }
  }
  const [first] = failures;
  if (first !== undefined) throw first;
  await indexChannel(world);
  return { subdirs: indexed, strays: strays.found().map((stray) => ({ code: 'index.stray', ...stray })) };
}
