import { findStoredAllowlist } from '../../core/documents/allowlist/stored-allowlist.ts';
import { defaultChannelName } from '../../core/layout/keys.ts';
import type { Store } from '../../core/ports/store.ts';

/** As long as clients keep an index file (core/layout/representation.ts). */
const keptMs = 60_000;

/**
 * The name of a store's channel while it is served: by the allowlist that it was last synced with, which is read again once a
 * minute, for a first sync or one with another name may come meanwhile. Where there is none to read it stays what it was: who
 * serves a bucket may have no right to what is not served.
 *
 * @param now milliseconds, of a clock that never goes back
 */
export function storedName(store: Store, now = () => performance.now()): () => Promise<string> {
  let name = Promise.resolve<string>(defaultChannelName);
  let readAt = Number.NEGATIVE_INFINITY;
  return () => {
    if (now() - readAt < keptMs) return name;
    readAt = now();
    const before = name;
    name = findStoredAllowlist(store).then(
      (allowlist) => allowlist?.name ?? before,
      () => before,
    );
    return name;
  };
}
