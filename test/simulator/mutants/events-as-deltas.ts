import { readControl } from '../../../core/documents/control.ts';
import type { Store } from '../../../core/ports/store.ts';
import type { Indexer, PackageEvent } from '../indexer.ts';
import { channel, subdir } from '../simulated-package.ts';
import {
  decided,
  following,
  ifUnchanged,
  type Lines,
  publish,
  readLine,
  readState,
  refresh,
  untilDone,
  writeState,
} from '../small-index.ts';

/** Flaw: what an event says is done to the state whenever the event comes; nobody looks whether it is still so. */
export const eventsAsDeltas: Indexer = ({ store, clock, events }) =>
  untilDone(clock, async () => {
    const { state, etag } = await readState(store);
    const control = await readControl(store, channel, subdir);
    // Without events it is the full look that every design of this kind has for the night.
    const lines = events ? await applied(store, state.lines, events) : await refresh(store, state.lines);
    const next = following(state, decided(lines, control.control), control.etag);
    if (etag !== null && next.generation === state.generation && control.etag === state.control)
      return !(await publish(store, state));
    if ((await writeState(store, next, ifUnchanged(etag))).status === 'conflict') return false;
    await publish(store, next);
    return true;
  });

async function applied(store: Store, lines: Lines, events: readonly PackageEvent[]): Promise<Lines> {
  const next = new Map(Object.entries(lines));
  for (const { filename, type } of events) {
    const line = type === 'created' ? await readLine(store, filename) : null;
    if (line) next.set(filename, line);
    if (type === 'removed') next.delete(filename);
  }
  return Object.fromEntries(next);
}
