import { readControl } from '../../../core/documents/control.ts';
import type { Indexer } from '../indexer.ts';
import { channel, subdir } from '../simulated-package.ts';
import { decided, following, publish, readState, refresh, writeState } from '../small-index.ts';

/** Flaw: every run lists everything, which is right; the slowest run is the one that stays. */
export const listWithoutCas: Indexer = async ({ store }) => {
  const { state } = await readState(store);
  const { control, etag } = await readControl(store, channel, subdir);
  const next = following(state, decided(await refresh(store, state.lines), control), etag);
  if (next.generation === state.generation && etag === state.control) return;
  await writeState(store, next);
  await publish(store, next);
};
