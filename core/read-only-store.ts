import { GatehouseError } from './error.ts';
import type { Store } from './ports/store.ts';

/** A store whose objects stay as they are: a write is a race that was lost. For steps that must change nothing. */
export function readOnlyStore(store: Store): Store {
  return {
    get: (key) => store.get(key),
    list: (prefix) => store.list(prefix),
    put: async () => ({ status: 'conflict' }),
    delete: async () => {},
    stage: async () => {
      throw new GatehouseError('internal.bug', 'a step that only reads was about to take bytes in');
    },
  };
}
