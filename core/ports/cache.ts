import type { ByteSource } from './byte-source.ts';

/** A document fetched before: its bytes, and the ETag under which they came. */
export interface CachedDocument extends ByteSource {
  readonly etag: string | null;
}

/**
 * Upstream documents kept between runs, by URL. Losing an entry costs a download and nothing else.
 * A twin on disk gives documents larger than memory random access.
 */
export interface DocumentCache {
  get(url: string): Promise<CachedDocument | null>;
  /** Takes the stream whole or not at all; what is returned is readable until the process ends. */
  put(url: string, etag: string | null, body: AsyncIterable<Uint8Array>): Promise<CachedDocument>;
}
