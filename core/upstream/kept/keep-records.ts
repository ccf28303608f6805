import type { DocumentCache } from '../../ports/cache.ts';
import type { UpstreamRecords } from '../accept-records.ts';
import type { UpstreamSubdir } from '../upstream-subdir.ts';
import { type KeptOrigin, type ReadName, readKeptRecords, writeKeptRecords } from './kept-records.ts';

export interface KeepingRecords {
  records: UpstreamSubdir['records'];
  /** Keeps what was read, for the next time, where any of it is new. */
  keep(): Promise<void>;
}

/** Reads a subdir's names, and as they were kept those that are as they were. */
export async function keepRecords(
  upstream: UpstreamSubdir,
  origin: KeptOrigin,
  cache: DocumentCache,
): Promise<KeepingRecords> {
  const before = await readKeptRecords(origin, cache);
  const read = new Map<string, ReadName>();
  let isNew = false;
  return {
    async records(name): Promise<UpstreamRecords> {
      const digest = (await upstream.digest?.(name)) ?? null;
      if (digest === null) return upstream.records(name);
      const known = await before.read(name, digest);
      const found = known ?? (await upstream.records(name));
      read.set(name, { name, digest, found });
      isNew ||= known === null && before.takes(name);
      return found;
    },
    async keep() {
      if (isNew) await writeKeptRecords(origin, cache, read.values());
      isNew = false;
    },
  };
}
