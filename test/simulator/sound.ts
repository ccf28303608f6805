import { readControl } from '../../core/documents/control.ts';
import type { Indexer } from './indexer.ts';
import { channel, subdir } from './simulated-package.ts';
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
} from './small-index.ts';

/**
 * The design without a flaw, in small: root first, then control, then packages; write if the root is what was read; and
 * look again until a look finds nothing to write. The look after the last write is what makes "nothing changed, nothing
 * written" safe: who found nothing to do cannot have stopped a slower one that saw things as they were before.
 */
export const sound: Indexer = ({ store, clock, hints }) => {
  const wanted = new Set(hints);
  return untilDone(clock, async () => {
    const { state, etag } = await readState(store);
    const control = await readControl(store, channel, subdir);
    const some = etag === null || hints === undefined ? undefined : [...wanted];
    const lines = decided(await refresh(store, state.lines, some), control.control);
    if (etag !== null && sameLines(lines, state.lines) && control.etag === state.control)
      return !(await publish(store, state));
    const next = following(state, lines, control.etag);
    const written = await writeState(store, next, ifUnchanged(etag));
    if (written.status === 'written') await publish(store, next);
    return false;
  });
};
