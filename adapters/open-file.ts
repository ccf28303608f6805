import { type BigIntStats, closeSync, constants, fstatSync, lstatSync, openSync, read } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { promisify } from 'node:util';
import type { ByteSource } from '../core/ports/byte-source.ts';
import { GatehouseError } from '../core/problems/error.ts';
import { nullIfAbsent, systemErrorCode } from './system-error.ts';

/** A file's tag: inode, time of change in nanoseconds, size. Renaming and linking keep it; a copy has another. */
export const fileEtag = (stats: BigIntStats): string =>
  [stats.ino, stats.mtimeNs, stats.size].map((fact) => fact.toString(36)).join('-');

/** Milliseconds since the epoch. A copy may keep the old time of its content, but not that of its inode: the later counts. */
export const fileModified = (stats: BigIntStats): number =>
  Number((stats.mtimeNs > stats.ctimeNs ? stats.mtimeNs : stats.ctimeNs) / 1_000_000n);

/** The stats of what lies at a path itself, be it a link, or null. */
export function statsAt(path: string): BigIntStats | null {
  // Nearly every new object meets an absence, and to build an error for it costs more than the call.
  return nullIfAbsent(() => lstatSync(path, { bigint: true, throwIfNoEntry: false })) ?? null;
}

/** The regular file at a path, or null; a symbolic link is no object. */
export function regularFile(path: string): BigIntStats | null {
  const stats = statsAt(path);
  return stats?.isFile() ? stats : null;
}

/** What is told of a file apart from its bytes. */
interface FileFacts {
  readonly etag: string;
  /** Milliseconds since the epoch. */
  readonly modified: number;
}

export interface OpenFile extends ByteSource, FileFacts {}

/** Descriptors that are open and not in use, the one used longest ago first; for the whole process, as the system's bound is. */
const idle = new Map<object, number>();
const maxIdleFiles = 64;

/**
 * A file that may be one of ten thousand that are open at once, as stored objects are: nobody closes them, so it is
 * closed after its last byte was read, or once 64 others were used since. A later read opens it again. While it is open,
 * a file renamed into its place does not touch it: readers get the old bytes whole. Null where no regular file is.
 *
 * A read throws `store.conflict` (retry) when another file is at the path by then.
 */
export function openFile(path: string): OpenFile | null {
  const opened = openRegular(path);
  if (opened === null) return null;
  const [id, etag, size] = [{}, fileEtag(opened.stats), Number(opened.stats.size)];
  keepIdle(id, opened.descriptor);
  return {
    etag,
    size,
    modified: fileModified(opened.stats),
    async read(start, end, into) {
      // A file in use is not among the idle ones, so that nobody closes it; another read meanwhile opens its own.
      const descriptor = idle.get(id) ?? reopen(path, etag);
      idle.delete(id);
      let isFinished = true;
      try {
        const bytes = await readFully(descriptor, { start, end, into }, size);
        isFinished = end === size;
        return bytes;
      } finally {
        if (isFinished) closeSync(descriptor);
        else keepIdle(id, descriptor);
      }
    },
  };
}

/**
 * A regular file whole, or null: a file renamed into its place meanwhile does not touch what is read.
 *
 * @param accept is told the size in bytes, and throws when it is too much
 */
export async function readFile(
  path: string,
  accept: (size: number) => void,
): Promise<(FileFacts & { readonly size: number; readonly bytes: Uint8Array }) | null> {
  const opened = openRegular(path);
  if (opened === null) return null;
  const { descriptor, stats } = opened;
  try {
    const size = Number(stats.size);
    accept(size);
    const bytes = await readFully(descriptor, { start: 0, end: size }, size);
    return { etag: fileEtag(stats), size, modified: fileModified(stats), bytes };
  } finally {
    closeSync(descriptor);
  }
}

function keepIdle(id: object, descriptor: number): void {
  const other = idle.get(id);
  if (other !== undefined) closeSync(other);
  idle.delete(id);
  idle.set(id, descriptor);
  for (const [oldest, its] of idle) {
    if (idle.size <= maxIdleFiles) return;
    idle.delete(oldest);
    closeSync(its);
  }
}

function reopen(path: string, etag: string): number {
  const opened = openRegular(path);
  if (opened !== null && fileEtag(opened.stats) === etag) return opened.descriptor;
  if (opened !== null) closeSync(opened.descriptor);
  throw new GatehouseError('store.conflict', `${path} changed while it was read`, { retry: true });
}

export interface HeldFile extends ByteSource {
  /** Closes the file at once; without it, it is closed when nobody holds the source any more. */
  close(): void;
}

const abandoned = new FinalizationRegistry(closeSync);
/** Keeps the files that are being read from being taken for abandoned, which would close them under the read. */
const beingRead = new Set<{ readonly holder: object }>();

/**
 * A file that stays readable for as long as somebody holds it, even when it is replaced or removed; for the few large
 * documents of a cache. Null where no regular file is.
 */
export function holdFile(path: string): HeldFile | null {
  const opened = openRegular(path);
  if (opened === null) return null;
  const { descriptor, stats } = opened;
  const [holder, size] = [{}, Number(stats.size)];
  abandoned.register(holder, descriptor, holder);
  return {
    size,
    async read(start, end) {
      const use = { holder };
      beingRead.add(use);
      try {
        return await readFully(descriptor, { start, end }, size);
      } finally {
        beingRead.delete(use);
      }
    },
    close() {
      abandoned.unregister(holder);
      closeSync(descriptor);
    },
  };
}

/** The bytes written so far to a file that stays open until its owner closes it. */
export async function handleSource(handle: FileHandle): Promise<ByteSource> {
  const { size } = await handle.stat();
  return { size, read: (start, end) => readFully(handle.fd, { start, end }, size) };
}

/** A symbolic link is not followed, and a pipe's other end not waited for. */
const readOnly = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;

function openRegular(path: string): { descriptor: number; stats: BigIntStats } | null {
  try {
    const descriptor = nullIfAbsent(() => openSync(path, readOnly));
    if (descriptor === null) return null;
    const stats = fstatSync(descriptor, { bigint: true });
    if (stats.isFile()) return { descriptor, stats };
    closeSync(descriptor);
    return null;
  } catch (error) {
    // A link, or a pipe that nobody reads.
    if (['ELOOP', 'ENXIO'].includes(systemErrorCode(error) ?? '')) return null;
    throw error;
  }
}

const readSome = promisify(read);

/** The bytes from `start` up to `end` of a file of `size` bytes. The system may answer short, and is asked again. */
async function readFully(
  descriptor: number,
  { start, end, into }: { readonly start: number; readonly end: number; readonly into?: Uint8Array | undefined },
  size: number,
): Promise<Uint8Array> {
  if (start < 0 || start > end || end > size) throw new RangeError(`no bytes ${start}-${end} of ${size}`);
  const bytes = into?.subarray(0, end - start) ?? Buffer.allocUnsafe(end - start);
  for (let filled = 0; filled < bytes.length; ) {
    const { bytesRead } = await readSome(descriptor, bytes, filled, bytes.length - filled, start + filled);
    if (bytesRead === 0) throw new GatehouseError('store.conflict', 'a file shrank while it was read', { retry: true });
    filled += bytesRead;
  }
  return bytes;
}
