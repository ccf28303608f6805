import { digestStream, type Sha256 } from '../names/digest.ts';
import { type ByteSource, chunksOf } from '../ports/byte-source.ts';
import type { FetchResponse } from '../ports/fetch.ts';
import { GatehouseError } from '../problems/error.ts';
import { shownUrl } from '../problems/shown-url.ts';
import { fetchWithRetry, type UpstreamWorld } from '../upstream/fetch-with-retry.ts';
import { rangedSource, tailHeaders } from '../upstream/ranged-source.ts';
import { capped } from '../upstream/read-body.ts';
import type { ProjectFile } from './project-file.ts';

/** 256 MiB, of a file that must be read to be planned with. PyPI takes files of 100 MiB unless it is asked for more. */
const maxFileBytes = 256 * 1024 ** 2;

/** A file that some page or record names: where it is, who names it, and what its bytes must be, if that is known. */
export type NamedFile = Pick<ProjectFile, 'url' | 'page' | 'sha256'>;

/**
 * Downloads a file of an index into the cache, unless it is there with the sha256 that the page gives.
 *
 * @throws GatehouseError `upstream.*`; `fetch.sha256` for a file with another sha256
 */
export async function fetchProjectFile(file: NamedFile, world: UpstreamWorld): Promise<ByteSource> {
  return (await keptFile(file, world)) ?? fetchWhole(file, world);
}

/**
 * Reads something of a file that its server gives in parts, and of all of it where it does not, or where the parts are not
 * sound: the file as a whole decides, by its sha256. What is read of parts must be held against the file when it is fetched.
 *
 * @throws GatehouseError as {@link fetchProjectFile}, and what `read` throws of the whole file
 */
export async function readOfFile<T>(
  file: NamedFile,
  world: UpstreamWorld,
  read: (source: ByteSource) => Promise<T>,
): Promise<T> {
  const kept = await keptFile(file, world);
  if (kept !== null) return read(kept);
  const opened = await fetchParts(file, world);
  if (opened === null) return read(await fetchWhole(file, world));
  if (opened.isWhole) return read(opened.source);
  try {
    return await read(opened.source);
  } catch (error) {
    if (!(error instanceof GatehouseError)) throw error;
    return read(await fetchWhole(file, world));
  }
}

async function keptFile({ url, sha256 }: NamedFile, { cache }: UpstreamWorld): Promise<ByteSource | null> {
  const kept = sha256 && (await cache.get(url));
  return kept && (await sha256In(kept)) === sha256 ? kept : null;
}

interface OpenedFile {
  readonly source: ByteSource;
  readonly isWhole: boolean;
}

/** Null where the server has no answer to such a request: some have none to one for more bytes than there are. */
async function fetchParts(file: NamedFile, world: UpstreamWorld): Promise<OpenedFile | null> {
  const { url, page: from } = file;
  const receive = async (response: FetchResponse): Promise<OpenedFile> =>
    response.status === 206
      ? { source: await rangedSource({ url, from }, response, world), isWhole: false }
      : { source: await keepWhole(response, file, world), isWhole: true };
  try {
    return await fetchWithRetry({ url, from, headers: tailHeaders }, world, receive);
  } catch (error) {
    if (error instanceof GatehouseError && !error.retry && /^upstream\.(?:status|body)$/.test(error.code)) return null;
    throw error;
  }
}

async function fetchWhole(file: NamedFile, world: UpstreamWorld): Promise<ByteSource> {
  const { url, page: from } = file;
  const received = await fetchWithRetry({ url, from }, world, (response) => keepWhole(response, file, world));
  if (received !== null) return received;
  throw new GatehouseError('upstream.status', `${shownUrl(url)} is not there, though its index lists it`);
}

async function keepWhole({ body }: FetchResponse, { url, sha256 }: NamedFile, world: UpstreamWorld) {
  const source = await world.cache.put(url, null, capped(body, maxFileBytes, shownUrl(url)));
  if (sha256 !== null) expectSha256(await sha256In(source), sha256, url);
  return source;
}

const sha256In = async (source: ByteSource): Promise<Sha256> => (await digestStream(chunksOf(source))).sha256;

/** Throws `fetch.sha256`, to be tried again: a cache on the way may be stale. */
export function expectSha256(got: Sha256, expected: Sha256, url: string): void {
  if (got === expected) return;
  const detail = `${shownUrl(url)}: expected sha256 ${expected}, got ${got}`;
  throw new GatehouseError('fetch.sha256', detail, { retry: true });
}
