import { readControl } from '../../../core/documents/control.ts';
import type { Indexer } from '../indexer.ts';
import { channel, subdir } from '../simulated-package.ts';
import {
  decidedLine,
  following,
  ifUnchanged,
  type Lines,
  publish,
  readState,
  refresh,
  sameLines,
  untilDone,
  writeState,
} from '../small-index.ts';

/** Flaw: control is asked about packages that are new; that it changed since is no reason to look again. */
export const controlForgotten: Indexer = ({ store, clock, hints }) =>
  untilDone(clock, async () => {
    const { state, etag } = await readState(store);
    const { control } = await readControl(store, channel, subdir);
    const fresh = await refresh(store, state.lines, etag === null ? undefined : hints);
    const lines = Object.fromEntries(
      Object.entries(fresh).map(([filename, line]): [string, Lines[string]] => [
        filename,
        line === state.lines[filename] ? line : decidedLine(filename, line, control),
      ]),
    );
    if (etag !== null && sameLines(lines, state.lines)) return !(await publish(store, state));
    const next = following(state, lines, null);
    if ((await writeState(store, next, ifUnchanged(etag))).status === 'written') await publish(store, next);
    return false;
  });
