import { readControl } from '../../../core/documents/control.ts';
import type { Indexer } from '../indexer.ts';
import { channel, subdir } from '../simulated-package.ts';
import {
  decided,
  following,
  ifUnchanged,
  type Lines,
  look,
  publish,
  readState,
  readUnjudged,
  sameLines,
  untilDone,
  writeState,
} from '../small-index.ts';

/** Flaw: what lies there is listed, and whoever looks into it comes later. */
export const indexBeforeVerdict: Indexer = ({ store, clock }) =>
  untilDone(clock, async () => {
    const { state, etag } = await readState(store);
    const control = await readControl(store, channel, subdir);
    const read: Lines = {};
    for (const filename of (await look(store)).keys()) {
      const line = await readUnjudged(store, filename);
      if (line !== null) read[filename] = line;
    }
    const lines = decided(read, control.control);
    if (etag !== null && sameLines(lines, state.lines) && control.etag === state.control)
      return !(await publish(store, state));
    const next = following(state, lines, control.etag);
    if ((await writeState(store, next, ifUnchanged(etag))).status === 'written') await publish(store, next);
    return false;
  });
