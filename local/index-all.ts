import type { Log } from '../core/event.ts';
import { listPackages } from '../core/list-packages.ts';
import { type IndexedSubdir, indexSubdir } from '../core/steps/index.ts';
import { noarch, type Subdir } from '../core/subdir.ts';
import type { World } from './open-world.ts';

/** Indexes every configured subdir, every one that has packages, and always `noarch` (clients.md 4.1). */
export async function indexAll(configured: readonly Subdir[], world: World, log: Log): Promise<IndexedSubdir[]> {
  const subdirs = new Set<Subdir>([...configured, noarch]);
  for await (const { subdir } of listPackages(world.store, world.channel)) subdirs.add(subdir);
  const indexed: IndexedSubdir[] = [];
  for (const subdir of [...subdirs].sort()) indexed.push(await indexSubdir(subdir, { ...world, log }));
  return indexed;
}
