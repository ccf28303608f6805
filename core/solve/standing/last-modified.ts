import type { FetchResponse } from '../../ports/fetch.ts';
import { GatehouseError } from '../../problems/error.ts';
import { fetchWithRetry, type RetryWorld } from '../../upstream/fetch-with-retry.ts';

/** A file of an upstream. */
interface DatedFile {
  readonly url: string;
  /** Who named it (core/ports/fetch.ts). */
  readonly from: string;
}

/**
 * Since when a server says that it has a file (RFC 9110, 8.8.2), in milliseconds since the epoch; null where it does not say.
 * Rejects with GatehouseError `upstream.*` while it cannot be asked, which says nothing of the file.
 */
export type LastModified = (file: DatedFile) => Promise<number | null>;

/** One byte: whoever answers with less than the whole file answers in one packet. */
const oneByte = { range: 'bytes=0-0' };

/**
 * Asks servers for one byte of a file each. One that gives no parts answers 200 with the whole file: it is stopped after its
 * first piece, which costs what was under way by then, some 100 KB, and the connection.
 */
export function openLastModified(world: RetryWorld): LastModified {
  return async ({ url, from }) => {
    try {
      return await fetchWithRetry({ url, from, headers: oneByte }, world, readDate);
    } catch (error) {
      // 403, 416 of an empty file and the like: an answer, and no date.
      if (error instanceof GatehouseError && error.code === 'upstream.status' && !error.retry) return null;
      throw error;
    }
  };
}

async function readDate(response: FetchResponse): Promise<number | null> {
  const at = Date.parse(response.header('last-modified') ?? '');
  for await (const _ of response.body) break;
  return Number.isNaN(at) ? null : at;
}
