import { type Control, readControl } from '../../../core/documents/control.ts';
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

/** Flaw: what is listed was let in once, and stays: that it was recalled since is no reason to look again. */
export const recallForgotten: Indexer = ({ store, clock, hints }) => {
  const wanted = new Set(hints);
  return untilDone(clock, async () => {
    const { state, etag } = await readState(store);
    const control = await readControl(store, channel, subdir);
    const some = etag === null || hints === undefined ? undefined : [...wanted];
    const lines = decided(await refresh(store, state.lines, some), withoutRecalls(control.control));
    if (etag !== null && sameLines(lines, state.lines) && control.etag === state.control)
      return !(await publish(store, state));
    const next = following(state, lines, control.etag);
    if ((await writeState(store, next, ifUnchanged(etag))).status === 'written') await publish(store, next);
    return false;
  });
};

const withoutRecalls = ({ packages, ...control }: Control): Control => ({
  ...control,
  packages: Object.fromEntries(
    Object.entries(packages).map(([filename, { recalled: _, ...decision }]) => [filename, decision]),
  ),
});
