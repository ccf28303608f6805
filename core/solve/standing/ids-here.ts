import { artifactId } from '../../documents/plan.ts';
import { type ChannelStore, listPackages } from '../../store/list-packages.ts';

/** The ids of all packages and files for pip whose bytes are in a store, served or not. */
export async function idsHere({ store, channel }: ChannelStore): Promise<ReadonlySet<string>> {
  const ids = new Set<string>();
  for await (const found of listPackages(store, channel)) ids.add(artifactId(found));
  for await (const { key } of store.list('simple/', () => {})) ids.add(key);
  return ids;
}
