import { memoryCache } from '../../../adapters/cache-memory.ts';
import { sha256Of } from '../../../core/names/digest.ts';
import type { DocumentCache } from '../../../core/ports/cache.ts';
import type { Fetch } from '../../../core/ports/fetch.ts';
import type { Event } from '../../../core/ports/log.ts';
import { GatehouseError } from '../../../core/problems/error.ts';
import type { UpstreamWorld } from '../../../core/upstream/fetch-with-retry.ts';

export interface TestWorld extends UpstreamWorld {
  /** Milliseconds asked to sleep; no time passes. */
  readonly waits: number[];
  readonly events: Event[];
}

export const testNow = Date.UTC(2026, 0, 15, 12, 0, 0);

/** A world whose clock stands still and whose chance is always 0. */
export function upstreamWorld(fetch: Fetch, cache: DocumentCache = memoryCache()): TestWorld {
  const waits: number[] = [];
  const events: Event[] = [];
  const clock = { now: () => testNow, sleep: async (ms: number) => void waits.push(ms), random: () => 0 };
  return { fetch, cache, clock, waits, events, log: (event) => void events.push(event) };
}

/** A cache whose disk fills up when it is given the document of a URL for the first time. */
export function fullOnce(cache: DocumentCache, url: string): DocumentCache {
  let isFull = true;
  return {
    ...cache,
    async put(at, ...document) {
      if (at !== url || !isFull) return cache.put(at, ...document);
      isFull = false;
      throw new GatehouseError('store.broken', 'the cache takes no more (ENOSPC)', { retry: true });
    },
  };
}

export interface TestFiles {
  readonly fetch: Fetch;
  /** Every request: `200 https://...`, in order. */
  readonly requests: string[];
}

/** Answers from a table of URLs that may change between requests: bytes with an ETag, or a status. */
export function testFiles(files: ReadonlyMap<string, Uint8Array | string | number>): TestFiles {
  const requests: string[] = [];
  return {
    requests,
    async fetch(url, headers) {
      const found = files.get(url) ?? 404;
      const bytes = Buffer.from(typeof found === 'number' ? '' : found);
      const etag = `"${sha256Of(bytes).slice(0, 8)}"`;
      const status = typeof found === 'number' ? found : headers['if-none-match'] === etag ? 304 : 200;
      requests.push(`${status} ${url}`);
      const body = status === 200 ? bytes : Buffer.alloc(0);
      return { status, url, header: (name) => (name === 'etag' && status === 200 ? etag : null), body: slices(body) };
    },
  };
}

async function* slices(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += 1000) yield bytes.subarray(at, at + 1000);
}
