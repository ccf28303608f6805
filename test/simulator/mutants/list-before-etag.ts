import { readControl } from '../../../core/documents/control.ts';
import type { Indexer } from '../indexer.ts';
import { channel, subdir } from '../simulated-package.ts';
import {
  decided,
  following,
  ifUnchanged,
  look,
  merged,
  publish,
  readState,
  sameLines,
  untilDone,
  writeState,
} from '../small-index.ts';

/** Flaw: the tag is read after the listing, so that a listing older than the state may replace it. */
export const listBeforeEtag: Indexer = ({ store, clock }) =>
  untilDone(clock, async () => {
    const control = await readControl(store, channel, subdir);
    const seen = await look(store);
    const { state, etag } = await readState(store);
    const lines = decided(await merged(store, { lines: state.lines, kept: {}, seen }), control.control);
    if (etag !== null && sameLines(lines, state.lines) && control.etag === state.control)
      return !(await publish(store, state));
    const next = following(state, lines, control.etag);
    if ((await writeState(store, next, ifUnchanged(etag))).status === 'written') await publish(store, next);
    return false;
  });
