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

/**
 * Flaw: it commits and is done. One that saw a package come and then stalled, while another that was told of the
 * package's going found nothing to do, lists what is gone: the winner of the published comparison.
 */
export const oneLook: Indexer = ({ store, clock, hints }) =>
  untilDone(clock, async () => {
    const { state, etag } = await readState(store);
    const control = await readControl(store, channel, subdir);
    const some = etag === null ? undefined : hints;
    const lines = decided(await refresh(store, state.lines, some), control.control);
    const same = etag !== null && sameLines(lines, state.lines) && control.etag === state.control;
    const next = same ? state : following(state, lines, control.etag);
    if (!same && (await writeState(store, next, ifUnchanged(etag))).status === 'conflict') return false;
    await publish(store, next);
    return true;
  });
