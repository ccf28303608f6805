import { type Digests, startDigests } from '../names/digest.ts';
import type { FetchResponse } from '../ports/fetch.ts';
import type { StagedObject, Store } from '../ports/store.ts';
import { type ErrorCode, GatehouseError } from '../problems/error.ts';
import { shownUrl } from '../problems/shown-url.ts';
import { fetchWithRetry, type RetryWorld } from './fetch-with-retry.ts';

export interface DownloadWorld extends RetryWorld {
  readonly store: Store;
}

/** A record's facts about its bytes; null for each that it does not state. */
export type ExpectedDigests = { readonly [Fact in keyof Digests]: Digests[Fact] | null };

/** A file to download: where it is, and what its record says of its bytes. */
export interface Wanted extends ExpectedDigests {
  /** Absolute. */
  readonly url: string;
  /** The URL of the channel that names it. */
  readonly channel?: string;
}

/** Bytes that were staged, and their digests; disposing of it unpublished leaves nothing behind. */
export interface Received extends AsyncDisposable {
  readonly staged: StagedObject;
  readonly digests: Digests;
  /** As the server called what it sent; null where it did not, and of what was made here. */
  readonly etag?: string | null;
}

/** A body whose record gives no size may have 8 GiB, several times the largest package on conda-forge. */
const maxUnsizedBytes = 8 * 1024 ** 3;
const progressStepBytes = 1024 ** 2;

/** How often a transfer is tried again: a cut one twice, wrong bytes once, since a cache on the way may be stale. */
const moreTries: Partial<Record<ErrorCode, number>> = {
  'upstream.body': 2,
  'upstream.stalled': 2,
  'fetch.size': 2,
  'fetch.sha256': 1,
  'fetch.md5': 1,
};

/**
 * Downloads a file into the store's staging: in one pass hashed, counted, staged, and compared with its record. What
 * {@link fetchWithRetry} would try six times is tried again only as often as `moreTries` says.
 *
 * @param progress told how many bytes have come so far, each time another MiB is full
 * @throws GatehouseError `upstream.*` or `fetch.*`
 */
export async function download(
  wanted: Wanted,
  world: DownloadWorld,
  progress: (received: number) => void,
): Promise<Received> {
  const failures = new Map<ErrorCode, number>();
  const received = await fetchWithRetry({ url: wanted.url, from: wanted.channel }, world, async (response) => {
    try {
      return await receive(response, { wanted, store: world.store, progress });
    } catch (error) {
      throw limited(error, failures);
    }
  });
  if (received !== null) return received;
  throw new GatehouseError('upstream.status', `${shownUrl(wanted.url)} answered with status 404`);
}

interface Receiver {
  readonly wanted: Wanted;
  readonly store: Store;
  progress(received: number): void;
}

async function receive(response: FetchResponse, { wanted, store, progress }: Receiver): Promise<Received> {
  await using held = new AsyncDisposableStack();
  const staged = held.use(await store.stage());
  const hashing = startDigests();
  let received = 0;
  for await (const bytes of response.body) {
    const steps = Math.floor(received / progressStepBytes);
    received += bytes.length;
    if (received > (wanted.size ?? maxUnsizedBytes)) throw tooMuch(wanted.size);
    hashing.update(bytes);
    await staged.write(bytes);
    if (Math.floor(received / progressStepBytes) > steps) progress(received);
  }
  const digests = hashing.finish();
  const fault = digestFault(wanted, digests);
  if (fault !== null) throw fault;
  const kept = held.move();
  return { staged, digests, etag: etagOf(response), [Symbol.asyncDispose]: () => kept.disposeAsync() };
}

/** In UTF-16 units: those of real servers have 30 to 100. */
const maxEtagLength = 200;

/** Of a file on this machine it is made of where the file lies, which says nothing to anybody else. */
function etagOf(response: FetchResponse): string | null {
  const etag = response.url.startsWith('file:') ? null : response.header('etag');
  return etag !== null && etag.length <= maxEtagLength ? etag : null;
}

/** Ends a transfer at the first byte that is too much: an upstream that never stops would fill the disk. */
function tooMuch(size: number | null): GatehouseError {
  if (size === null) return new GatehouseError('upstream.too-large', `more than ${maxUnsizedBytes} bytes arrived`);
  return new GatehouseError('fetch.size', `A1.size: expected size ${size}, more arrived`, { retry: true });
}

/** Takes `retry` from an error whose code has failed as often as it may. */
function limited(error: unknown, failures: Map<ErrorCode, number>): unknown {
  if (!(error instanceof GatehouseError)) return error;
  const [failed, more] = [failures.get(error.code) ?? 0, moreTries[error.code]];
  if (more === undefined || failed < more) {
    failures.set(error.code, failed + 1);
    return error;
  }
  return new GatehouseError(error.code, error.message, { cause: error });
}

/** Compares bytes with what their record says: the first fact that differs as an error, null when all hold. */
export function digestFault(expected: ExpectedDigests, actual: Digests): GatehouseError | null {
  for (const fact of ['size', 'sha256', 'md5'] as const) {
    const wanted = expected[fact];
    if (wanted === null || wanted === actual[fact]) continue;
    const check = fact === 'size' ? 'A1.size' : 'A1.hash';
    const message = `${check}: expected ${fact} ${wanted}, got ${actual[fact]}`;
    return new GatehouseError(`fetch.${fact}`, message, { retry: true });
  }
  return null;
}
