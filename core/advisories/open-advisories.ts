import type { Clock } from '../ports/clock.ts';
import type { FetchResponse } from '../ports/fetch.ts';
import type { Store } from '../ports/store.ts';
import { GatehouseError } from '../problems/error.ts';
import { shownUrl } from '../problems/shown-url.ts';
import { fetchWithRetry, type RetryWorld } from '../upstream/fetch-with-retry.ts';
import { readBounded } from '../upstream/read-body.ts';
import { type KeptAdvisories, keepAdvisories, readKeptAdvisories } from './kept-advisories.ts';
import { readExport } from './read-export.ts';

export interface AdvisoriesWorld extends RetryWorld {
  /** What was read is kept there; nothing is kept in a store that only reads. */
  readonly store: Store;
  readonly clock: Clock;
  /** Milliseconds for which what was kept counts without a question to its server. None without it. */
  readonly goodFor?: number;
}

/** What came of looking for advisories. */
export type OpenedAdvisories =
  | { readonly status: 'known'; readonly advisories: KeptAdvisories }
  | { readonly status: 'unreachable'; readonly detail: string };

/** 256 MiB: OSV's export of PyPI has some 30 MB. */
const maxExportBytes = 256 * 1024 ** 2;
/** An export of PyPI without a record of the last 14 days is one that nobody renews: OSV has new ones every day. */
const maxQuietDays = 14;
const dayMs = 24 * 60 * 60 * 1000;

/**
 * Reads the export of advisories at a URL, by one conditional request. One that cannot be had, is cut or damaged, or that nobody
 * renews, is none; of two answers the one with the newer records counts.
 *
 * @throws GatehouseError `store.*`
 */
export async function openAdvisories(url: string, world: AdvisoriesWorld): Promise<OpenedAdvisories> {
  const kept = await readKeptAdvisories(world.store, url);
  const now = world.clock.now();
  const isGood = kept !== null && kept.asOf <= now && now - kept.asOf < (world.goodFor ?? 0);
  const read = isGood ? kept : await reach(url, kept, world);
  if (read instanceof GatehouseError) return { status: 'unreachable', detail: read.message };
  if (isQuiet(read, now)) {
    const newest = new Date(read.newest).toISOString().slice(0, 10);
    return { status: 'unreachable', detail: `${shownUrl(url)} has no record that is newer than ${newest}` };
  }
  return { status: 'known', advisories: read };
}

/** @param now milliseconds since the epoch */
const isQuiet = ({ newest }: Pick<KeptAdvisories, 'newest'>, now: number): boolean =>
  now - newest > maxQuietDays * dayMs;

async function reach(
  url: string,
  kept: KeptAdvisories | null,
  world: AdvisoriesWorld,
): Promise<KeptAdvisories | GatehouseError> {
  try {
    const fresh = await fetchExport(url, kept, world);
    await keepUnlessDenied(fresh, world.store);
    return fresh;
  } catch (error) {
    // What is amiss with the store is its own affair.
    if (error instanceof GatehouseError && /^(?:upstream|package)\./.test(error.code)) return error;
    throw error;
  }
}

/** Who may publish to a bucket, and no more, goes by what it read: those who come after read it themselves. */
async function keepUnlessDenied(fresh: KeptAdvisories, store: Store): Promise<void> {
  try {
    await keepAdvisories(store, fresh);
  } catch (error) {
    if (!(error instanceof GatehouseError) || error.code !== 'store.denied') throw error;
  }
}

async function fetchExport(url: string, kept: KeptAdvisories | null, world: AdvisoriesWorld): Promise<KeptAdvisories> {
  // Whoever read it by a clock that is late took its newest records for ones of the future: it is read anew, and not asked whether it changed.
  const etag = kept === null || isQuiet(kept, world.clock.now()) ? null : kept.etag;
  const headers = etag === null ? {} : { 'if-none-match': etag };
  const read = await fetchWithRetry({ url, headers }, world, (response) => readAnswer(response, url, { kept, world }));
  return read ?? Promise.reject(new GatehouseError('upstream.status', `${shownUrl(url)} answered with status 404`));
}

interface Answering {
  readonly kept: KeptAdvisories | null;
  readonly world: AdvisoriesWorld;
}

async function readAnswer(response: FetchResponse, url: string, { kept, world }: Answering): Promise<KeptAdvisories> {
  const asOf = world.clock.now();
  if (response.status === 304 && kept !== null) return { ...kept, asOf };
  const bytes = await readBounded(response.body, maxExportBytes, shownUrl(url));
  const fresh = { ...(await readExport(bytes, asOf)), url, etag: response.header('etag'), asOf };
  // A cache on the way may answer with what was true a week ago.
  return kept !== null && kept.newest > fresh.newest ? kept : fresh;
}
