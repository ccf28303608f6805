import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { folderCache } from '../adapters/cache-folder.ts';
import { memoryCache } from '../adapters/cache-memory.ts';
import type { DocumentCache } from '../core/ports/cache.ts';

/** Bytes. */
const maxMemoryBytes = 512 * 1024 ** 2;

/**
 * Upstream documents for as long as one command runs, for a store that is no folder: in a temporary folder of this
 * user's only, made when the first comes; in memory where none can be made.
 */
export function temporaryCache(): DocumentCache & AsyncDisposable {
  let opening: ReturnType<typeof open> | undefined;
  return {
    get: async (url) => (await (await opening)?.cache.get(url)) ?? null,
    async put(...what) {
      opening ??= open();
      return (await opening).cache.put(...what);
    },
    async [Symbol.asyncDispose]() {
      const folder = (await opening)?.folder;
      if (folder) await rm(folder, { recursive: true, force: true });
    },
  };
}

async function open(): Promise<{ folder: string | null; cache: DocumentCache }> {
  const folder = await mkdtemp(join(tmpdir(), 'gatehouse-')).catch(() => null);
  return { folder, cache: folder === null ? memoryCache({ maxBytes: maxMemoryBytes }) : folderCache(folder) };
}
