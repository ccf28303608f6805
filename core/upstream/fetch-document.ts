import type { CachedDocument } from '../ports/cache.ts';
import type { FetchResponse } from '../ports/fetch.ts';
import { fetchWithRetry } from './fetch-with-retry.ts';
import type { UpstreamWorld } from './upstream-subdir.ts';

export interface DocumentReader<T> {
  /** Reads a new answer; called again on each retry. */
  fresh(response: FetchResponse): Promise<T>;
  /** Reads what the cache holds, which upstream says is still so. */
  kept(document: CachedDocument): Promise<T>;
}

/** A conditional GET (RFC 9110, 13.1.2). What was cached without an ETag is never trusted. Null when upstream has none. */
export async function fetchDocument<T>(
  url: string,
  world: UpstreamWorld,
  { fresh, kept }: DocumentReader<T>,
): Promise<T | null> {
  const cached = await world.cache.get(url);
  const etag = cached?.etag ?? null;
  const headers = etag === null ? {} : { 'if-none-match': etag };
  return fetchWithRetry({ url, headers }, world, (response) =>
    response.status === 304 && cached !== null ? kept(cached) : fresh(response),
  );
}
