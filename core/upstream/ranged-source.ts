import type { ByteSource } from '../ports/byte-source.ts';
import type { FetchResponse } from '../ports/fetch.ts';
import { GatehouseError } from '../problems/error.ts';
import { shownUrl } from '../problems/shown-url.ts';
import { fetchWithRetry, type RetryWorld } from './fetch-with-retry.ts';

/** 64 KiB: a ZIP's directory is at its end, and of most wheels and packages the members that describe them too. */
const tailBytes = 64 * 1024;

/** Asks for the end of a file; a server that gives no parts answers with all of it. */
export const tailHeaders = { range: `bytes=-${tailBytes}` };

/** 32 MiB of one file, of which a request counts for 64 KiB at least: who needs more of it had better have all. */
const maxReadBytes = 32 * 1024 ** 2;

export interface RangedFile {
  readonly url: string;
  /** Who named it, if not the allowlist (core/ports/fetch.ts). */
  readonly from?: string | undefined;
}

/**
 * A file on a server, read in parts (RFC 9110, 14), after its end was asked for and came as `response` with status 206.
 * Nothing vouches for parts: their file's sha256 is held against all of it when it is fetched.
 *
 * @throws GatehouseError `upstream.body` here and when reading, for a part that is not the one that was asked for or of
 *   another file than the parts before; when reading also `upstream.status`, and `upstream.too-large` beyond 32 MiB
 */
export async function rangedSource(file: RangedFile, response: FetchResponse, world: RetryWorld): Promise<ByteSource> {
  const tail = await readPart(file.url, response);
  const { start: tailStart, size, etag } = tail;
  if (tail.end !== size || tail.bytes.length > tailBytes) throw wrongPart(file.url, 'not with its end');
  let spent = 0;
  return {
    size,
    async read(start, end) {
      if (start < 0 || start > end || end > size) throw new RangeError(`no bytes ${start}-${end}`);
      if (start >= tailStart) return tail.bytes.subarray(start - tailStart, end - tailStart);
      spent += Math.max(end - start, tailBytes);
      if (spent > maxReadBytes) throw tooMuch(file.url);
      const part = await fetchPart(file, { start, end }, world);
      const isSame = part.start === start && part.end === end && part.size === size && part.etag === etag;
      if (!isSame) throw wrongPart(file.url, 'with other bytes, or another file');
      return part.bytes;
    },
  };
}

interface Part {
  readonly bytes: Uint8Array;
  readonly start: number;
  /** Past its last byte. */
  readonly end: number;
  /** Of the whole file. */
  readonly size: number;
  readonly etag: string | null;
}

async function fetchPart(
  { url, from }: RangedFile,
  { start, end }: Pick<Part, 'start' | 'end'>,
  world: RetryWorld,
): Promise<Part> {
  const headers = { range: `bytes=${start}-${end - 1}` };
  const part = await fetchWithRetry({ url, from, headers }, world, (response) => readPart(url, response));
  return part ?? Promise.reject(wrongPart(url, 'that it is not there any more'));
}

/** Of at most 15 digits: JavaScript tells a longer number of bytes from its neighbours no more. */
const contentRange = /^bytes (\d{1,15})-(\d{1,15})\/(\d{1,15})$/;

async function readPart(url: string, response: FetchResponse): Promise<Part> {
  const numbers = contentRange
    .exec(response.header('content-range') ?? '')
    ?.slice(1)
    .map(Number);
  const [start, last, size] = numbers ?? [];
  const isRange = start !== undefined && last !== undefined && size !== undefined && start <= last && last < size;
  // Without reading on, a body of any length is no matter.
  if (response.status !== 206 || !isRange) throw await stopped(response, wrongPart(url, 'with no part of it'));
  const end = last + 1;
  if (end - start > maxReadBytes) throw await stopped(response, tooMuch(url));
  const bytes = await readBody(url, response, end - start);
  return { bytes, start, end, size, etag: response.header('etag') };
}

async function readBody(url: string, { body }: FetchResponse, size: number): Promise<Uint8Array> {
  const slices: Uint8Array[] = [];
  let received = 0;
  for await (const slice of body) {
    received += slice.length;
    if (received > size) throw wrongPart(url, 'with more than it said');
    slices.push(slice);
  }
  if (received === size) return Buffer.concat(slices);
  throw new GatehouseError('upstream.body', `a part of ${shownUrl(url)} was cut`, { retry: true });
}

/** Ends a transfer whose body nobody wants. */
async function stopped({ body }: FetchResponse, error: GatehouseError): Promise<GatehouseError> {
  for await (const _ of body) break;
  return error;
}

const wrongPart = (url: string, how: string): GatehouseError =>
  new GatehouseError('upstream.body', `${shownUrl(url)} was asked for a part and answered ${how}`);

const tooMuch = (url: string): GatehouseError =>
  new GatehouseError(
    'upstream.too-large',
    `more than ${maxReadBytes} bytes of ${shownUrl(url)} would be read in parts`,
  );
