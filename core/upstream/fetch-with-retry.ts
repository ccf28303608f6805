import type { CachedDocument, DocumentCache } from '../ports/cache.ts';
import type { Clock } from '../ports/clock.ts';
import type { Fetch, FetchResponse } from '../ports/fetch.ts';
import type { Log } from '../ports/log.ts';
import { GatehouseError } from '../problems/error.ts';
import { shownUrl } from '../problems/shown-url.ts';

/** The world of a GET that is tried again. */
export interface RetryWorld {
  readonly fetch: Fetch;
  readonly clock: Clock;
  readonly log: Log;
}

/** The world of those who read indexes: documents that were fetched before are kept in the cache. */
export interface UpstreamWorld extends RetryWorld {
  readonly cache: DocumentCache;
}

export interface FetchRequest {
  readonly url: string;
  /** Who named it, if not the allowlist (core/ports/fetch.ts). */
  readonly from?: string | undefined;
  /** Lowercase names. */
  readonly headers?: Readonly<Record<string, string>>;
  /** The caller has another document to turn to: servers answer all sorts of things for what they do not have. */
  readonly isOptional?: boolean;
}

interface Patience {
  readonly attempts: number;
  readonly longestWaitMs: number;
}

const usual: Patience = { attempts: 6, longestWaitMs: 60_000 };
/** For what can be done without: a slip is forgiven, and a server in trouble costs a second instead of half a minute. */
const brief: Patience = { attempts: 2, longestWaitMs: 1000 };
const firstWaitMs = 1000;

/**
 * One GET and the reading of its answer, tried up to six times, an optional one twice: on 429, 5xx but 501, no answer,
 * and whatever `read` throws with `retry` set (a cut body). Waits double from 1 s with jitter; Retry-After (RFC 9110,
 * 10.2.3) is honoured up to 60 s, or 1 s. `read` starts anew on each try; it sees status 200, or 206 and 304 if the
 * headers asked for them.
 *
 * @returns what `read` returned, or null for 404, and if it is optional for any other status that will not change
 * @throws GatehouseError `upstream.status` for any other status, and whatever the last try threw
 */
export async function fetchWithRetry<T>(
  request: FetchRequest,
  world: RetryWorld,
  read: (response: FetchResponse) => Promise<T>,
): Promise<T | null> {
  const { attempts, longestWaitMs } = request.isOptional ? brief : usual;
  for (let attempt = 1; ; attempt++) {
    const outcome = await tryOnce(request, world, read);
    if ('value' in outcome) return outcome.value;
    const { error, retryAfterMs } = outcome;
    if (!error.retry || attempt === attempts) throw error;
    // 1, 2, 4, ... seconds, each shortened by up to a half so that clients that failed together do not return together.
    const doubledMs = Math.min(longestWaitMs, firstWaitMs * 2 ** (attempt - 1));
    const jitteredMs = Math.round(doubledMs * (1 - world.clock.random() / 2));
    const waitMs = Math.max(jitteredMs, Math.min(longestWaitMs, retryAfterMs));
    world.log({ type: 'retry', url: shownUrl(request.url), attempt, waitMs, reason: error.message });
    await world.clock.sleep(waitMs);
  }
}

type Outcome<T> = { readonly value: T | null } | { readonly error: GatehouseError; readonly retryAfterMs: number };

async function tryOnce<T>(
  { url, from, headers = {}, isOptional = false }: FetchRequest,
  { fetch, clock }: RetryWorld,
  read: (response: FetchResponse) => Promise<T>,
): Promise<Outcome<T>> {
  try {
    const response = await fetch(url, headers, from);
    if (response.status === 404) return { value: null };
    const isWanted =
      response.status === 200 ||
      (response.status === 206 && 'range' in headers) ||
      (response.status === 304 && 'if-none-match' in headers);
    if (isWanted) return { value: await read(response) };
    const error = statusError(response, url);
    if (isOptional && !error.retry) return { value: null };
    return { error, retryAfterMs: retryAfterMs(response.header('retry-after'), clock) };
  } catch (error) {
    if (error instanceof GatehouseError) return { error, retryAfterMs: 0 };
    throw error;
  }
}

function statusError({ status, url: from, hasCredentials = false }: FetchResponse, url: string): GatehouseError {
  const isDenied = status === 401 || status === 403;
  return new GatehouseError('upstream.status', `${shownUrl(url)} answered with status ${status}`, {
    // 501 says that the server cannot do it at all: Artifactory answers so for a shard index.
    retry: status === 429 || (status >= 500 && status !== 501),
    ...(isDenied && { hint: deniedHint(URL.parse(from)?.hostname ?? 'HOST', hasCredentials) }),
  });
}

const deniedHint = (host: string, hasCredentials: boolean): string =>
  hasCredentials
    ? `${host} refuses what netrc has for it: mend its line, or ask whoever runs it what that account may read (docs/networks.md).`
    : `Does it want credentials? Put "machine ${host} login NAME password PASSWORD" into netrc (docs/networks.md). For a file it does not have it must answer 404.`;

function retryAfterMs(header: string | null, clock: Clock): number {
  if (header === null) return 0;
  const asked = /^\d+$/.test(header) ? Number(header) * 1000 : Date.parse(header) - clock.now();
  return Number.isNaN(asked) ? 0 : Math.max(0, asked);
}

interface DocumentReader<T> {
  /** Reads a new answer; called again on each retry. */
  fresh(response: FetchResponse): Promise<T>;
  /** Reads what the cache holds, which upstream says is still so. */
  kept(document: CachedDocument): Promise<T>;
}

/**
 * A conditional GET (RFC 9110, 13.1.2) with retries: an unchanged document costs one round trip. A document that was
 * cached without an ETag is fetched again, since nothing tells whether it is still so.
 *
 * @returns what the reader made of it, or null when upstream has no such document (404)
 * @throws GatehouseError as {@link fetchWithRetry}
 */
export async function fetchDocument<T>(
  { url, isOptional = false, headers: asked = {} }: Omit<FetchRequest, 'from'>,
  world: UpstreamWorld,
  { fresh, kept }: DocumentReader<T>,
): Promise<T | null> {
  const cached = await world.cache.get(url);
  const etag = cached?.etag ?? null;
  const headers = etag === null ? asked : { ...asked, 'if-none-match': etag };
  return fetchWithRetry({ url, headers, isOptional }, world, (response) =>
    response.status === 304 && cached !== null ? kept(cached) : fresh(response),
  );
}
