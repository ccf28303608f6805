import { type BigIntStats, closeSync, constants, fstatSync, openSync } from 'node:fs';
import type { ByteSource } from '../../core/byte-source.ts';
import { GatehouseError } from '../../core/error.ts';
import { fileEtag, fileModified } from './file-etag.ts';
import { asStoreError, fsCode, nullIfAbsent } from './fs-error.ts';
import { readFully } from './read-fully.ts';

export interface OpenFile extends ByteSource {
  readonly etag: string;
  /** Milliseconds since the epoch. */
  readonly modified: number;
}

/** Descriptors open and not in use, the one used longest ago first. One bound for the process, as the system's is. */
const idle = new Map<object, number>();
const mostIdle = 64;

/**
 * Opens a file for reading at any place; null where no regular file is. A stored object has no end of life, so its file
 * is closed when its last byte was read, or when many others were used since; a later read opens it again and refuses
 * what is another file by then. While it is open, its replacement does not touch it: readers get the old bytes whole.
 */
export function openFile(path: string): OpenFile | null {
  const opened = openRegular(path);
  if (opened === null) return null;
  const [id, etag, size] = [{}, fileEtag(opened.stats), Number(opened.stats.size)];
  keep(id, opened.descriptor);
  const read = async (start: number, end: number) => {
    const descriptor = take(id) ?? reopen(path, etag);
    let finished = true;
    try {
      const bytes = await readFully(descriptor, { start, end }, size);
      finished = end === size;
      return bytes;
    } finally {
      if (finished) closeSync(descriptor);
      else keep(id, descriptor);
    }
  };
  return {
    etag,
    size,
    modified: fileModified(opened.stats),
    read: (start, end) => asStoreError(`read ${path}`, () => read(start, end)),
  };
}

/** A file in use is not in `idle`, so that nobody closes it; another read at the same time opens its own. */
function take(id: object): number | undefined {
  const descriptor = idle.get(id);
  idle.delete(id);
  return descriptor;
}

function keep(id: object, descriptor: number): void {
  const other = take(id);
  if (other !== undefined) closeSync(other);
  idle.set(id, descriptor);
  for (const [oldest, its] of idle) {
    if (idle.size <= mostIdle) return;
    idle.delete(oldest);
    closeSync(its);
  }
}

/** Not through a symbolic link, and without waiting for a pipe's other end. */
const readOnly = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;

function openRegular(path: string): { descriptor: number; stats: BigIntStats } | null {
  const descriptor = openHere(path);
  if (descriptor === null) return null;
  const stats = fstatSync(descriptor, { bigint: true });
  if (stats.isFile()) return { descriptor, stats };
  closeSync(descriptor);
  return null;
}

function openHere(path: string): number | null {
  try {
    return nullIfAbsent(() => openSync(path, readOnly));
  } catch (error) {
    if (['ELOOP', 'ENXIO'].includes(fsCode(error) ?? '')) return null;
    throw error;
  }
}

function reopen(path: string, etag: string): number {
  const opened = openRegular(path);
  if (opened !== null && fileEtag(opened.stats) === etag) return opened.descriptor;
  if (opened !== null) closeSync(opened.descriptor);
  throw new GatehouseError('store.conflict', `${path} changed while it was read`, { retry: true });
}
