import { type BigIntStats, constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import type { ByteSource } from '../../core/byte-source.ts';
import { GatehouseError } from '../../core/error.ts';
import { fileEtag } from './file-etag.ts';
import { asStoreError, fsCode, nullIfAbsent } from './fs-error.ts';
import { readFully } from './read-fully.ts';

export interface OpenFile extends ByteSource {
  readonly etag: string;
}

/** Files open and not in use, the one used longest ago first. One bound for the process, as the system's is. */
const idle = new Map<object, FileHandle>();
const mostIdle = 64;

/**
 * Opens a file for reading at any place; null where no regular file is. A stored object has no end of life, so its file
 * is closed when its last byte was read, or when many others were used since; a later read opens it again and refuses
 * what is another file by then. While it is open, its replacement does not touch it: readers get the old bytes whole.
 */
export async function openFile(path: string): Promise<OpenFile | null> {
  const opened = await openRegular(path);
  if (opened === null) return null;
  const [id, etag, size] = [{}, fileEtag(opened.stats), Number(opened.stats.size)];
  await keep(id, opened.handle);
  const read = async (start: number, end: number) => {
    const handle = take(id) ?? (await reopen(path, etag));
    const bytes = await readFully(handle, { start, end }, size).catch((error: unknown) => closing(handle, error));
    await (end === size ? handle.close() : keep(id, handle));
    return bytes;
  };
  return { etag, size, read: (start, end) => asStoreError(`read ${path}`, () => read(start, end)) };
}

/** A file in use is not in `idle`, so that nobody closes it; another read at the same time opens its own. */
function take(id: object): FileHandle | undefined {
  const handle = idle.get(id);
  idle.delete(id);
  return handle;
}

async function keep(id: object, handle: FileHandle): Promise<void> {
  const other = take(id);
  idle.set(id, handle);
  await other?.close();
  for (const [oldest, its] of idle) {
    if (idle.size <= mostIdle) return;
    idle.delete(oldest);
    await its.close();
  }
}

/** Not through a symbolic link, and without waiting for a pipe's other end. */
async function openRegular(path: string): Promise<{ handle: FileHandle; stats: BigIntStats } | null> {
  const flags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;
  const handle = await nullIfAbsent(open(path, flags)).catch((error: unknown) => {
    if (['ELOOP', 'ENXIO'].includes(fsCode(error) ?? '')) return null;
    throw error;
  });
  const stats = await handle?.stat({ bigint: true });
  if (handle !== null && stats?.isFile()) return { handle, stats };
  await handle?.close();
  return null;
}

async function reopen(path: string, etag: string): Promise<FileHandle> {
  const opened = await openRegular(path);
  if (opened !== null && fileEtag(opened.stats) === etag) return opened.handle;
  await opened?.handle.close();
  throw new GatehouseError('store.conflict', `${path} changed while it was read`, { retry: true });
}

async function closing(handle: FileHandle, error: unknown): Promise<never> {
  await handle.close();
  throw error;
}
