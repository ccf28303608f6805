import type { Artifact } from '../documents/plan.ts';
import { type ErrorCode, GatehouseError } from '../error.ts';
import type { ChannelName } from '../layout.ts';
import { packageKey } from '../layout.ts';
import type { FetchResponse } from '../ports/fetch.ts';
import type { Store } from '../ports/store.ts';
import { fetchWithRetry, type RetryWorld } from '../upstream/fetch-with-retry.ts';
import { shownUrl } from '../upstream/shown-url.ts';
import { digestFault } from './digest-fault.ts';
import { type Received, receive } from './receive.ts';

export interface DownloadWorld extends RetryWorld {
  readonly store: Store;
  readonly channel: ChannelName;
  /** Bytes that the store can stage of one package; any number without it. */
  readonly scratch?: number;
}

/**
 * The artifact's bytes, staged and as its record says. A transfer that was cut is tried twice more; wrong bytes once
 * more, for a cache on the way may have been stale.
 *
 * @throws GatehouseError `upstream.*` or `fetch.*`
 */
export async function download(artifact: Artifact, world: DownloadWorld): Promise<Received> {
  const failures = new Map<ErrorCode, number>();
  const read = async (response: FetchResponse) => {
    try {
      return await receiveChecked(response, artifact, world);
    } catch (error) {
      throw limited(error, failures);
    }
  };
  const received = await fetchWithRetry({ url: artifact.url }, world, read);
  if (received !== null) return received;
  throw new GatehouseError('upstream.status', `${shownUrl(artifact.url)} answered with status 404`);
}

async function receiveChecked({ body }: FetchResponse, artifact: Artifact, world: DownloadWorld): Promise<Received> {
  const { store, channel, log } = world;
  const { size } = artifact;
  const key = packageKey(channel, artifact.subdir, artifact.filename);
  await using held = new AsyncDisposableStack();
  const progress = (received: number) => log({ type: 'fetch.progress', key, received, size: size ?? received });
  const received = held.use(await receive(body, { store, size, progress }));
  const fault = digestFault(artifact, received.digests);
  if (fault !== null) throw fault;
  held.move();
  return received;
}

const moreTries: Partial<Record<ErrorCode, number>> = {
  'upstream.body': 2,
  'upstream.stalled': 2,
  'fetch.size': 2,
  'fetch.sha256': 1,
  'fetch.md5': 1,
};

/** The same error, to be tried again only as often as its code deserves. */
function limited(error: unknown, failures: Map<ErrorCode, number>): unknown {
  if (!(error instanceof GatehouseError)) return error;
  const [failed, more] = [failures.get(error.code) ?? 0, moreTries[error.code]];
  if (more === undefined || failed < more) {
    failures.set(error.code, failed + 1);
    return error;
  }
  return new GatehouseError(error.code, error.message, { cause: error });
}
