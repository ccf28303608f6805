import { findStoredAllowlist } from '../documents/allowlist/stored-allowlist.ts';
import { indexMessage } from '../documents/run.ts';
import { noarch, type Subdir } from '../names/subdir.ts';
import type { Queue } from '../ports/queue.ts';
import type { ChannelStore } from '../store/list-packages.ts';
import { subdirsOf } from '../store/subdirs-of.ts';

export interface ReconcileWorld extends ChannelStore {
  /** Told `{"type":"index","subdir":...}` for each subdir. */
  readonly queue: Queue;
}

/** Has every configured subdir, every one that has packages and `noarch` indexed: heals what an event that was lost left. */
export async function reconcile({ store, channel, queue }: ReconcileWorld): Promise<Subdir[]> {
  const platforms = (await findStoredAllowlist(store))?.platforms ?? [];
  const subdirs = await subdirsOf({ store, channel }, 'packages', [...platforms, noarch]);
  await queue.send(subdirs.map(indexMessage));
  return subdirs;
}
