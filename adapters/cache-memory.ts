import { bytesSource } from '../core/byte-source.ts';
import type { CachedDocument, DocumentCache } from '../core/ports/cache.ts';

/** Documents kept in memory, for as long as the cache lives: for tests, and for channels that are small. */
export function memoryCache(): DocumentCache {
  const documents = new Map<string, CachedDocument>();
  return {
    get: async (url) => documents.get(url) ?? null,
    async put(url, etag, body) {
      const parts: Uint8Array[] = [];
      for await (const bytes of body) parts.push(bytes);
      const document = { etag, ...bytesSource(Buffer.concat(parts)) };
      documents.set(url, document);
      return document;
    },
  };
}
