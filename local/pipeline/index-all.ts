import { existsSync } from 'node:fs';
import type { Allowlist } from '../../core/documents/allowlist/parse-allowlist.ts';
import { noarch, type Subdir } from '../../core/names/subdir.ts';
import type { Log } from '../../core/ports/log.ts';
import { GatehouseError } from '../../core/problems/error.ts';
import { indexChannel } from '../../core/steps/index-channel.ts';
import { type IndexedSubdir, indexSubdir } from '../../core/steps/index-subdir.ts';
import { listPackages } from '../../core/store/list-packages.ts';
import type { World } from '../world/open-world.ts';
import { readAllowlist } from '../world/repository-files.ts';

/** The allowlist of every command that names none. */
export const usualAllowlist = 'allowlist.json';

/** The part of an allowlist that shapes the index, whatever packages it names. */
export type Configured = Pick<Allowlist, 'platforms' | 'forms'>;

/**
 * The allowlist's platforms and forms. A store can be indexed and verified without an allowlist, so there are none when
 * the file of the usual name is not there; one that was asked for by name must be.
 */
export async function configured(file: string): Promise<Configured> {
  if (file === usualAllowlist && !existsSync(file)) return { platforms: [], forms: [] };
  return await readAllowlist(file);
}

export interface IndexAllOptions {
  readonly log: Log;
  /** Derive every index entry again, trusting none that was derived before. */
  readonly rebuild?: boolean;
}

/**
 * Indexes every configured subdir, every one that has packages, and always `noarch`: clients fail on a channel whose
 * noarch index is missing. A subdir that cannot be indexed keeps none of the others from it; what is made from all of
 * them waits until all can.
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
  const indexing = { ...world, log, asked: new Set(forms), ...(threads && { offload: threads.offload }) };
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
