import { readControl } from '../../../core/documents/control.ts';
import type { Indexer } from '../indexer.ts';
import { channel, subdir } from '../simulated-package.ts';
import { decided, following, publish, readState, refresh, writeState } from '../small-index.ts';

/** Flaw: the state is written back over whatever became of it meanwhile. */
export const readModifyWrite: Indexer = async ({ store, hints }) => {
  const { state } = await readState(store);
  const { control, etag } = await readControl(store, channel, subdir);
  const next = following(state, decided(await refresh(store, state.lines, hints), control), etag);
  if (next.generation === state.generation && etag === state.control) return;
  await writeState(store, next);
  await publish(store, next);
};
