import { createHash, randomUUID } from 'node:crypto';
import { type FileHandle, open, readdir, rename, rm, stat, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { z } from 'zod';
import { parseJson } from '../core/json/json.ts';
import { sha256Of, sha256Schema } from '../core/names/digest.ts';
import { type ByteSource, bytesSource, chunksOf } from '../core/ports/byte-source.ts';
import type { CachedDocument, DocumentCache } from '../core/ports/cache.ts';
import { GatehouseError } from '../core/problems/error.ts';
import { memoryCache } from './cache-memory.ts';
import { makeFolder } from './make-folder.ts';
import { holdFile } from './open-file.ts';
import { refuseLinks } from './refuse-links.ts';
import { asDiskError, systemErrorCode } from './system-error.ts';

/** A document is one file: its bytes, then this as JSON, then the JSON's length in four bytes. So no part of it can be lost alone. */
const trailerSchema = z.strictObject({
  version: z.literal(1),
  url: z.string(),
  etag: z.string().nullable(),
  size: z.int().nonnegative(),
  sha256: sha256Schema,
});
type Trailer = z.infer<typeof trailerSchema>;

const trailerLengthBytes = 4;
/** Smaller documents are held in memory and larger ones as open files: shards come in thousands, and open files are few. */
const maxDocumentBytesInMemory = 1024 * 1024;
const dayMs = 86_400_000;

/**
 * Documents in a folder, shared by any number of processes: written beside their place and renamed into it, read back
 * only if every byte is as it was written. Damage is a miss. An open document stays readable when it is replaced.
 *
 * Where the folder may not be written, or its disk is full, documents are kept in memory from then on; a disk that fills
 * up in the middle of one is `store.broken`, to be retried.
 */
export function folderCache(
  folder: string,
  { maxMemoryBytes = 512 * 1024 ** 2, root = folder }: FolderCacheOptions = {},
): DocumentCache {
  const pathOf = (url: string) => {
    refuseLinks(root, folder);
    return join(folder, sha256Of(url));
  };
  const memory = memoryCache({ maxBytes: maxMemoryBytes });
  const openPart = partFiles(folder);
  let isWritable = true;
  return {
    get: async (url) =>
      (await memory.get(url)) ?? (await asDiskError(`read ${folder}`, () => useDocument(pathOf(url), url))),
    async put(url, etag, body) {
      const path = pathOf(url);
      const part = isWritable ? await asDiskError(`write below ${folder}`, openPart) : null;
      isWritable &&= part !== null;
      if (part === null) return memory.put(url, etag, body);
      try {
        return await writePart(part, framed(body, { url, etag }), { url, path });
      } catch (cause) {
        if (!isRefusal(cause)) return asDiskError(`write ${path}`, () => Promise.reject(cause));
        isWritable = false;
        throw new GatehouseError('store.broken', `${folder} takes no more (${systemErrorCode(cause)})`, {
          retry: true,
          cause,
        });
      }
    },
  };
}

interface FolderCacheOptions {
  /** The bound of the documents kept in memory where the folder may not be written; 512 MiB when absent. */
  readonly maxMemoryBytes?: number;
  /** A folder that the cache's lies in, below which no symbolic link is followed: `store.broken`. The cache's own when absent. */
  readonly root?: string;
}

const refusals = new Set(['EROFS', 'EACCES', 'EPERM', 'ENOSPC', 'EDQUOT']);
const isRefusal = (error: unknown): boolean => refusals.has(systemErrorCode(error) ?? '');

interface PartFile {
  readonly path: string;
  readonly handle: FileHandle;
}

/** Opens files to be written beside the documents; null where the system does not let us. */
function partFiles(folder: string): () => Promise<PartFile | null> {
  let swept: Promise<void> | null = null;
  return async () => {
    const path = join(folder, `${randomUUID()}.part`);
    try {
      makeFolder(folder);
      swept ??= sweep(folder);
      await swept;
      return { path, handle: await open(path, 'wx') };
    } catch (error) {
      if (isRefusal(error)) return null;
      throw error;
    }
  };
}

/** A document is written, read back, and only then given its name. */
async function writePart(
  part: PartFile,
  body: AsyncIterable<Uint8Array>,
  { url, path }: { readonly url: string; readonly path: string },
): Promise<CachedDocument> {
  try {
    await pipeline(body, part.handle.createWriteStream());
    const document = await openDocument(part.path, url);
    if (document === null) throw new GatehouseError('store.broken', `${part.path} does not read back as written`);
    await rename(part.path, path);
    return document;
  } finally {
    await rm(part.path, { force: true });
  }
}

async function* framed(
  body: AsyncIterable<Uint8Array>,
  { url, etag }: Pick<Trailer, 'url' | 'etag'>,
): AsyncGenerator<Uint8Array> {
  const hash = createHash('sha256');
  let size = 0;
  for await (const bytes of body) {
    hash.update(bytes);
    size += bytes.length;
    yield bytes;
  }
  const trailer = { version: 1, url, etag, size, sha256: sha256Schema.parse(hash.digest('hex')) } satisfies Trailer;
  const text = Buffer.from(JSON.stringify(trailer));
  const length = Buffer.alloc(trailerLengthBytes);
  length.writeUInt32BE(text.length);
  yield Buffer.concat([text, length]);
}

/** Opens a document and notes, once a day, that it is of use: `gatehouse prune` deletes what was of none for long. */
async function useDocument(path: string, url: string): Promise<CachedDocument | null> {
  const document = await openDocument(path, url);
  const noted = document && (await stat(path).catch(() => null));
  const now = Date.now();
  // A folder where the note may not be written is one where nothing may be deleted either.
  if (noted && now - noted.mtimeMs > dayMs) await utimes(path, now / 1000, now / 1000).catch(() => {});
  return document;
}

async function openDocument(path: string, url: string): Promise<CachedDocument | null> {
  const file = holdFile(path);
  if (file === null) return null;
  const isSmall = file.size <= maxDocumentBytesInMemory;
  const document = await documentIn(isSmall ? bytesSource(await file.read(0, file.size)) : file, url);
  if (isSmall || document === null) file.close();
  return document;
}

/** The document of a file; null where any of it is not as it was written. */
async function documentIn(file: ByteSource, url: string): Promise<CachedDocument | null> {
  const trailer = await readTrailer(file);
  const isSound = trailer?.url === url && trailer.sha256 === (await sha256Until(file, trailer.size));
  return isSound ? { etag: trailer.etag, ...within(file, trailer.size) } : null;
}

/** The source's first `size` bytes. */
function within(source: ByteSource, size: number): ByteSource {
  return {
    size,
    async read(start, end) {
      if (end > size) throw new RangeError(`no bytes ${start}-${end}`);
      return source.read(start, end);
    },
  };
}

async function readTrailer(file: ByteSource): Promise<Trailer | null> {
  const end = file.size - trailerLengthBytes;
  if (end < 0) return null;
  const length = Buffer.from(await file.read(end, file.size)).readUInt32BE();
  if (length > end) return null;
  try {
    const text = Buffer.from(await file.read(end - length, end)).toString();
    const trailer = parseJson(text, trailerSchema, 'a cached document');
    return trailer.size === end - length ? trailer : null;
  } catch {
    return null;
  }
}

async function sha256Until(file: ByteSource, end: number): Promise<string> {
  const hash = createHash('sha256');
  for await (const bytes of chunksOf(file, 0, end)) hash.update(bytes);
  return hash.digest('hex');
}

/** Removes what a killed process left half written, a day after its last write. */
async function sweep(folder: string): Promise<void> {
  for (const name of await readdir(folder)) {
    if (!name.endsWith('.part')) continue;
    const path = join(folder, name);
    const found = await stat(path).catch(() => null);
    if (found !== null && Date.now() - found.mtimeMs > dayMs) await rm(path, { force: true });
  }
}
