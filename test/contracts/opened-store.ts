import { afterEach, beforeEach } from 'vitest';
import type { Store } from '../../core/ports/store.ts';

interface OpenedStore {
  /** An empty store. */
  readonly store: Store;
  close(): Promise<void>;
}

export type OpenStore = () => Promise<OpenedStore>;

/** Hands a fresh store to each test of the suite around it. */
export function freshStores(open: OpenStore, use: (store: Store) => void): void {
  let opened: OpenedStore;
  beforeEach(async () => {
    opened = await open();
    use(opened.store);
  });
  afterEach(() => opened.close());
}
