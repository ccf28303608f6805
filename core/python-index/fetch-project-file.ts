import { digestStream, type Sha256 } from '../names/digest.ts';
import { type ByteSource, chunksOf } from '../ports/byte-source.ts';
import { GatehouseError } from '../problems/error.ts';
import { shownUrl } from '../problems/shown-url.ts';
import { fetchWithRetry, type UpstreamWorld } from '../upstream/fetch-with-retry.ts';
import { capped } from '../upstream/read-body.ts';
import type { ProjectFile } from './project-file.ts';

/** 256 MiB, of a file that must be read to be planned with. PyPI takes files of 100 MiB unless it is asked for more. */
const maxFileBytes = 256 * 1024 ** 2;

/**
 * Downloads a file of an index into the cache, unless it is there with the sha256 that the page gives.
 *
 * @throws GatehouseError `upstream.*`; `fetch.sha256` for a file with another sha256
 */
export async function fetchProjectFile(
  { url, page: from, sha256 }: ProjectFile,
  world: UpstreamWorld,
): Promise<ByteSource> {
  const kept = sha256 && (await world.cache.get(url));
  if (kept && (await sha256In(kept)) === sha256) return kept;
  const received = await fetchWithRetry({ url, from }, world, async ({ body }) => {
    const source = await world.cache.put(url, null, capped(body, maxFileBytes, shownUrl(url)));
    if (sha256 !== null) expectSha256(await sha256In(source), sha256, url);
    return source;
  });
  if (received !== null) return received;
  throw new GatehouseError('upstream.status', `${shownUrl(url)} is not there, though its index lists it`);
}

const sha256In = async (source: ByteSource): Promise<Sha256> => (await digestStream(chunksOf(source))).sha256;

/** Throws `fetch.sha256`, to be tried again: a cache on the way may be stale. */
export function expectSha256(got: Sha256, expected: Sha256, url: string): void {
  if (got === expected) return;
  const detail = `${shownUrl(url)}: expected sha256 ${expected}, got ${got}`;
  throw new GatehouseError('fetch.sha256', detail, { retry: true });
}
