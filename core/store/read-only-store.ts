import type { Store } from '../ports/store.ts';
import { GatehouseError } from '../problems/error.ts';

/**
 * A store that drops every write and says that it was done: for steps that work out what indexing would give and must
 * change nothing.
 */
export function readOnlyStore(store: Store): Store {
  return {
    read: (...what) => store.read(...what),
    get: (key) => store.get(key),
    list: (...what) => store.list(...what),
    put: async () => ({ status: 'written', etag: '' }),
    delete: async () => {},
    stage: async () => {
      throw new GatehouseError('internal.bug', 'a step that only reads was about to take bytes in');
    },
  };
}
