import { bytesSource } from '../core/ports/byte-source.ts';
import type { CachedDocument, DocumentCache } from '../core/ports/cache.ts';
import { GatehouseError } from '../core/problems/error.ts';

interface MemoryCacheOptions {
  /** The bound of all documents together; none when absent. */
  readonly maxBytes?: number;
}

/**
 * Documents kept in memory, for as long as the cache lives: for tests, and where there is no folder to keep them in. A
 * document that no longer fits is GatehouseError `store.broken`.
 */
export function memoryCache({ maxBytes = Number.POSITIVE_INFINITY }: MemoryCacheOptions = {}): DocumentCache {
  const documents = new Map<string, CachedDocument>();
  const sizeWithout = (url: string) =>
    [...documents].reduce((sum, [key, { size }]) => sum + (key === url ? 0 : size), 0);
  return {
    get: async (url) => documents.get(url) ?? null,
    async put(url, etag, body) {
      const parts: Uint8Array[] = [];
      let size = sizeWithout(url);
      for await (const bytes of body) {
        size += bytes.length;
        if (size > maxBytes) throw overflow(maxBytes);
        parts.push(bytes);
      }
      const document = { etag, ...bytesSource(Buffer.concat(parts)) };
      documents.set(url, document);
      return document;
    },
  };
}

const overflow = (maxBytes: number) =>
  new GatehouseError(
    'store.broken',
    `more than ${maxBytes} bytes of upstream documents, and only memory to keep them in`,
    {
      hint: 'give the store a folder that may be written, on a disk with room',
    },
  );
