import type { Sha256 } from '../names/digest.ts';
import type { Subdir } from '../names/subdir.ts';
import { GatehouseError } from '../problems/error.ts';
import type { UpstreamSubdir } from '../upstream/upstream-subdir.ts';
import type { PipIndex } from './pip-index.ts';

/**
 * What of a store is the organisation's own, published or copied in, by what clients read of it now: whatever a plan takes
 * of it is there already. Rejects with GatehouseError `json.invalid` where an index or control is damaged.
 */
export interface OwnStore {
  /**
   * A subdir's packages that no other channel may offer: those of reserved names, or all where the allowlist has no channels;
   * of a wheel, those that were made of it.
   */
  packages(subdir: Subdir, wheel: Sha256 | null): Promise<UpstreamSubdir>;
  /** Pages of projects whose files come from the store alone (`isOwnProject`), by the names and keys of their files. */
  readonly files: PipIndex;
}

/** A store that has nothing of its own. */
export const emptyOwnStore: OwnStore = {
  packages: async (subdir) => ({
    url: subdir,
    names: () => new Set(),
    records: async () => ({ records: [], problems: [] }),
  }),
  files: {
    files: async () => null,
    metadata: async ({ fileName }) => {
      throw new GatehouseError('internal.bug', `${fileName} is of no store`);
    },
  },
};
