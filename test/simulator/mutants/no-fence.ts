import { readControl } from '../../../core/documents/control.ts';
import type { Store } from '../../../core/ports/store.ts';
import type { Indexer } from '../indexer.ts';
import { channel, subdir } from '../simulated-package.ts';
import {
  decided,
  following,
  ifUnchanged,
  publish,
  put,
  readState,
  refresh,
  type SmallState,
  sameLines,
  untilDone,
  writeState,
} from '../small-index.ts';
import { outputs } from '../watch.ts';

/** Flaw: the state is right, and whoever committed one writes its outputs over whatever is there. */
export const noFence: Indexer = ({ store, clock, hints }) =>
  untilDone(clock, async () => {
    const { state, etag } = await readState(store);
    const control = await readControl(store, channel, subdir);
    const lines = decided(await refresh(store, state.lines, etag === null ? undefined : hints), control.control);
    if (etag !== null && sameLines(lines, state.lines) && control.etag === state.control)
      return !(await publish(store, state));
    const next = following(state, lines, control.etag);
    if ((await writeState(store, next, ifUnchanged(etag))).status === 'written') await overwrite(store, next);
    return false;
  });

async function overwrite(store: Store, state: SmallState): Promise<void> {
  for (const key of outputs) {
    const there = await store.get(key);
    await put(store, key, { ...state, condition: ifUnchanged(there?.etag ?? null) });
  }
}
