import { readControl } from '../../../core/documents/control.ts';
import { objectKeySchema } from '../../../core/layout/keys.ts';
import type { StoredObject } from '../../../core/ports/store.ts';
import { GatehouseError } from '../../../core/problems/error.ts';
import type { Indexer, IndexRun } from '../indexer.ts';
import { channel, subdir } from '../simulated-package.ts';
import {
  decided,
  following,
  ifUnchanged,
  parseState,
  publish,
  refresh,
  sameLines,
  untilDone,
  writeState,
} from '../small-index.ts';
import { rootKey } from '../watch.ts';

const stateKey = objectKeySchema.parse(rootKey);
const maxAttempts = 5;

/** Flaw: the state is read by its head and then under If-Match, five times at once: enough writers win every time. */
export const headThenGet: Indexer = ({ store, clock, hints }) =>
  untilDone(clock, async () => {
    const there = await readOvertaken(store);
    const state = parseState(there?.bytes ?? null);
    const etag = there?.etag ?? null;
    const control = await readControl(store, channel, subdir);
    const some = etag === null ? undefined : hints;
    const lines = decided(await refresh(store, state.lines, some), control.control);
    if (etag !== null && sameLines(lines, state.lines) && control.etag === state.control)
      return !(await publish(store, state));
    const next = following(state, lines, control.etag);
    if ((await writeState(store, next, ifUnchanged(etag))).status === 'written') await publish(store, next);
    return false;
  });

async function readOvertaken(store: IndexRun['store']): Promise<{ bytes: Uint8Array; etag: string } | null> {
  for (let attempt = 1; ; attempt++) {
    const object = await store.get(stateKey);
    if (object === null) return null;
    const bytes = await readUnderTag(object, attempt === maxAttempts);
    if (bytes !== null) return { bytes, etag: object.etag };
  }
}

/** Null when the object was another by then. */
async function readUnderTag(object: StoredObject, isLast: boolean): Promise<Uint8Array | null> {
  try {
    return await object.read(0, object.size);
  } catch (error) {
    if (isLast || !(error instanceof GatehouseError) || error.code !== 'store.conflict') throw error;
    return null;
  }
}
