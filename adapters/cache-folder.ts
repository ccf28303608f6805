import { createHash, randomUUID } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { mkdir, readdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { z } from 'zod';
import { type ByteSource, bytesSource, chunksOf } from '../core/byte-source.ts';
import { sha256Of, sha256Schema } from '../core/digest.ts';
import { GatehouseError } from '../core/error.ts';
import { parseJson } from '../core/json.ts';
import type { CachedDocument, DocumentCache } from '../core/ports/cache.ts';
import { openFileSource } from './file-source.ts';

/** A document is one file: its bytes, then this as JSON, then the JSON's length in four bytes. Nothing can come apart. */
const trailerSchema = z.strictObject({
  version: z.literal(1),
  url: z.string(),
  etag: z.string().nullable(),
  size: z.int().nonnegative(),
  sha256: sha256Schema,
});
type Trailer = z.infer<typeof trailerSchema>;

const lengthBytes = 4;
/** Documents up to a MiB are held in memory: shards come in thousands, and open files are few. */
const smallest = 1024 * 1024;
const dayMs = 86_400_000;

/**
 * Documents in a folder, shared by any number of processes: written beside their place and renamed into it, read back
 * only if every byte is as it was written. Damage is a miss. An open document stays readable when it is replaced.
 */
export function folderCache(folder: string): DocumentCache {
  const pathOf = (url: string) => join(folder, sha256Of(url));
  let swept: Promise<void> | null = null;
  return {
    get: (url) => openDocument(pathOf(url), url),
    async put(url, etag, body) {
      await mkdir(folder, { recursive: true });
      swept ??= sweep(folder);
      await swept;
      const part = join(folder, `${randomUUID()}.part`);
      try {
        await pipeline(framed(body, { url, etag }), createWriteStream(part, { flags: 'wx' }));
        const document = await openDocument(part, url);
        if (document === null) throw new GatehouseError('store.broken', `${part} does not read back as it was written`);
        await rename(part, pathOf(url));
        return document;
      } finally {
        await rm(part, { force: true });
      }
    },
  };
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
  const length = Buffer.alloc(lengthBytes);
  length.writeUInt32BE(text.length);
  yield Buffer.concat([text, length]);
}

async function openDocument(path: string, url: string): Promise<CachedDocument | null> {
  const file = await openFileSource(path);
  if (file === null) return null;
  const trailer = await readTrailer(file);
  const isSound = trailer?.url === url && trailer.sha256 === (await sha256Until(file, trailer.size));
  if (isSound && trailer.size > smallest) return { etag: trailer.etag, ...within(file, trailer.size) };
  const document = isSound ? { etag: trailer.etag, ...bytesSource(await file.read(0, trailer.size)) } : null;
  await file.close();
  return document;
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
  const end = file.size - lengthBytes;
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

/** What a process that was killed left half written. */
async function sweep(folder: string): Promise<void> {
  for (const name of await readdir(folder)) {
    if (!name.endsWith('.part')) continue;
    const path = join(folder, name);
    const found = await stat(path).catch(() => null);
    if (found !== null && Date.now() - found.mtimeMs > dayMs) await rm(path, { force: true });
  }
}
