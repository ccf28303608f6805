import { GatehouseError } from '../core/error.ts';
import type { Log } from '../core/event.ts';
import { indexChannel } from '../core/steps/index-channel.ts';
import { type IndexedSubdir, indexSubdir } from '../core/steps/index-subdir.ts';
import { noarch } from '../core/subdir.ts';
import { subdirsOf } from '../core/subdirs-of.ts';
import type { Configured } from './configured.ts';
import type { World } from './open-world.ts';

export interface IndexAllOptions {
  readonly log: Log;
  /** Make every entry again, trusting none. */
  readonly rebuild?: boolean;
}

/**
 * Indexes every configured subdir, every one that has packages, and always `noarch` (clients.md 4.1). One that cannot
 * be indexed keeps none of the others from it; what is made from all of them waits until all can.
 *
 * @throws GatehouseError the first that a subdir met, once all had their turn
 */
export async function indexAll(
  { platforms, forms }: Configured,
  world: World,
  { log, rebuild = false }: IndexAllOptions,
): Promise<IndexedSubdir[]> {
  const subdirs = await subdirsOf(world, 'packages', [...platforms, noarch]);
  await using threads = world.indexThreads?.();
  const asked = new Set(forms);
  const indexing = { ...world, log, forms: asked, ...(threads && { offload: threads.offload }) };
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
  return indexed;
}
