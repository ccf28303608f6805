/** An answer's head, with its body still to be read. */
export interface FetchResponse {
  readonly status: number;
  /** Where the answer came from, after redirects. */
  readonly url: string;
  /** The request for it had credentials. Absent is no. */
  readonly hasCredentials?: boolean;
  /** A header's value by its lowercase name. */
  header(name: string): string | null;
  /**
   * The body, a Content-Encoding of gzip undone; empty unless the status is 200 or 206. It may be as large as the
   * server likes, so who reads it sets a bound. Stopping early ends the transfer.
   */
  readonly body: AsyncIterable<Uint8Array>;
}

/**
 * One GET over `https:`, `http:` or `file:`; redirects followed. For `file:` a missing file is status 404 and the ETag
 * is made of inode, mtime and size. `from` is the URL of whoever named `url`, where that was not the allowlist: unless
 * it is of this machine, neither it nor a redirect may lead to this machine or its link.
 *
 * Rejects with GatehouseError `upstream.unreachable` (retry) when there is no answer; the body rejects with
 * `upstream.body` (retry) when it is cut and `upstream.stalled` (retry) when it runs too slowly.
 */
export type Fetch = (url: string, headers: Readonly<Record<string, string>>, from?: string) => Promise<FetchResponse>;
