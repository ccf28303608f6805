import { GatehouseError } from '../core/error.ts';
import { listPackages } from '../core/list-packages.ts';
import type { Log } from '../core/report/event.ts';
import { type IndexedSubdir, indexSubdir } from '../core/steps/index.ts';
import { indexChannel } from '../core/steps/index-channel.ts';
import { noarch, type Subdir } from '../core/subdir.ts';
import type { Configured } from './configured.ts';
import type { World } from './open-world.ts';

export interface IndexAllOptions {
  readonly log: Log;
  /** Derive every line again, believing none. */
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
  const subdirs = new Set<Subdir>([...platforms, noarch]);
  for await (const { subdir } of listPackages(world.store, world.channel)) subdirs.add(subdir);
  await using threads = world.indexThreads?.();
  const asked = new Set(forms);
  const indexing = { ...world, log, forms: asked, ...(threads && { elsewhere: threads.elsewhere }) };
  const indexed: IndexedSubdir[] = [];
  const failures: GatehouseError[] = [];
  for (const subdir of [...subdirs].sort()) {
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
