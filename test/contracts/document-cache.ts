import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { chunksOf } from '../../core/ports/byte-source.ts';
import type { CachedDocument, DocumentCache } from '../../core/ports/cache.ts';

export interface OpenedCache extends AsyncDisposable {
  readonly cache: DocumentCache;
}

const url = 'https://example.org/noarch/repodata.json';

export async function* stream(...parts: readonly (string | Uint8Array)[]): AsyncGenerator<Uint8Array> {
  for (const part of parts) yield Buffer.from(part);
}

export async function contents(document: CachedDocument | null): Promise<string | null> {
  if (document === null) return null;
  const parts: Uint8Array[] = [];
  for await (const bytes of chunksOf(document)) parts.push(bytes);
  return Buffer.concat(parts).toString();
}

/** What every backend of the document cache promises. `open` gives an empty one. */
export function documentCacheContract(name: string, open: () => Promise<OpenedCache>): void {
  describe(`${name} keeps the document cache contract`, () => {
    it('gives back what was put, whole and by ranges, with its ETag', async () => {
      await using opened = await open();
      const { cache } = opened;
      expect(await cache.get(url)).toBeNull();
      const put = await cache.put(url, 'W/"é"', stream('first ', '', 'second'));
      for (const document of [put, await cache.get(url)]) {
        expect([document?.etag, document?.size, await contents(document)]).toEqual(['W/"é"', 12, 'first second']);
        expect(Buffer.from((await document?.read(6, 9)) ?? []).toString()).toBe('sec');
        await expect(document?.read(6, 13)).rejects.toThrow();
      }
    });

    it('keeps documents apart by URL, however odd', async () => {
      await using opened = await open();
      const { cache } = opened;
      const urls = fc.uniqueArray(fc.oneof(fc.webUrl(), fc.string(), fc.constantFrom('..', '/', 'a/../b', '\0')), {
        maxLength: 6,
      });
      await fc.assert(
        fc.asyncProperty(urls, async (all) => {
          for (const each of all) await cache.put(each, null, stream(`of ${each}`));
          for (const each of all)
            expect(await contents(await cache.get(each))).toBe(Buffer.from(`of ${each}`).toString());
        }),
        { numRuns: 20 },
      );
    });

    it('replaces a document, and leaves the old one readable to whoever holds it', async () => {
      await using opened = await open();
      const { cache } = opened;
      const big = 'x'.repeat(1_500_000);
      await cache.put(url, '"1"', stream(big));
      const old = await cache.get(url);
      await cache.put(url, null, stream('new'));
      expect(await contents(old)).toBe(big);
      await expect(old?.read(0, big.length + 1)).rejects.toThrow();
      const now = await cache.get(url);
      expect([now?.etag, await contents(now)]).toEqual([null, 'new']);
    });

    it('takes a stream whole or not at all', async () => {
      await using opened = await open();
      const { cache } = opened;
      const cut = new Error('cut');
      async function* failing() {
        yield* stream('half of it');
        throw cut;
      }
      await expect(cache.put(url, '"1"', failing())).rejects.toBe(cut);
      expect(await cache.get(url)).toBeNull();
      await cache.put(url, '"1"', stream('whole'));
      await expect(cache.put(url, '"2"', failing())).rejects.toBe(cut);
      const kept = await cache.get(url);
      expect([kept?.etag, await contents(kept)]).toEqual(['"1"', 'whole']);
    });

    it('takes an empty document, and one put twice at once', async () => {
      await using opened = await open();
      const { cache } = opened;
      expect(await contents(await cache.put(url, null, stream()))).toBe('');
      expect(await contents(await cache.get(url))).toBe('');
      await Promise.all(['"1"', '"2"', '"3"'].map((etag) => cache.put(url, etag, stream('of ', etag))));
      const last = await cache.get(url);
      expect(await contents(last)).toBe(`of ${last?.etag}`);
    });
  });
}
