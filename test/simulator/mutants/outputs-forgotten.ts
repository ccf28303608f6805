import { readControl } from '../../../core/documents/control.ts';
import type { Indexer } from '../indexer.ts';
import { channel, subdir } from '../simulated-package.ts';
import {
  decided,
  following,
  ifUnchanged,
  publish,
  readState,
  refresh,
  sameLines,
  untilDone,
  writeState,
} from '../small-index.ts';

/** Flaw: who finds the state as it should be is done; outputs that a crash left behind stay there. */
export const outputsForgotten: Indexer = ({ store, clock, hints }) =>
  untilDone(clock, async () => {
    const { state, etag } = await readState(store);
    const control = await readControl(store, channel, subdir);
    const lines = decided(await refresh(store, state.lines, etag === null ? undefined : hints), control.control);
    if (etag !== null && sameLines(lines, state.lines) && control.etag === state.control) return true;
    const next = following(state, lines, control.etag);
    if ((await writeState(store, next, ifUnchanged(etag))).status === 'written') await publish(store, next);
    return false;
  });
