import { findStoredAllowlist } from '../documents/allowlist/stored-allowlist.ts';
import { indexMessage } from '../documents/run.ts';
import { noarch, type Subdir } from '../names/subdir.ts';
import type { Queue } from '../ports/queue.ts';
import { channelStrays } from '../store/channel-strays.ts';
import type { ChannelStore } from '../store/list-packages.ts';
import { collectStrays, type StrayCollector } from '../store/strays.ts';
import { subdirsOf } from '../store/subdirs-of.ts';

export interface ReconcileWorld extends ChannelStore {
  /** Told `{"type":"index","subdir":...}` for each subdir. */
  readonly queue: Queue;
}

export interface Reconciled {
  readonly subdirs: readonly Subdir[];
  /** What in the channel is none of its files. */
  readonly strays: StrayCollector;
}

/** Has every configured subdir, every one that the store tells of and `noarch` indexed: heals what a lost event left. */
export async function reconcile({ store, channel, queue }: ReconcileWorld): Promise<Reconciled> {
  const platforms = (await findStoredAllowlist(store))?.platforms ?? [];
  const strays = collectStrays(channelStrays);
  const subdirs = await subdirsOf({ store, channel }, 'anything', { always: [...platforms, noarch], strays });
  await queue.send(subdirs.map(indexMessage));
  return { subdirs, strays };
}
