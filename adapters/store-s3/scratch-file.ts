import { randomUUID } from 'node:crypto';
import { type FileHandle, open, unlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ByteSource } from '../../core/byte-source.ts';
import { GatehouseError } from '../../core/error.ts';
import { fsCode } from '../store-folder/fs-error.ts';
import { readFully } from '../store-folder/read-fully.ts';

export interface ScratchFile extends AsyncDisposable {
  append(bytes: Uint8Array): Promise<void>;
  source(): Promise<ByteSource>;
}

/** A file in the system's temporary folder, for this user only; it has no name any more, so a kill leaves nothing. */
export function openScratchFile(): Promise<ScratchFile> {
  return asScratchError(async () => {
    const path = join(tmpdir(), `gatehouse-${randomUUID()}`);
    const handle = await open(path, 'wx+', 0o600);
    await unlink(path);
    return {
      append: (bytes) => asScratchError(() => handle.appendFile(bytes)),
      source: () => asScratchError(() => sourceOf(handle)),
      [Symbol.asyncDispose]: () => handle.close(),
    };
  });
}

async function sourceOf(handle: FileHandle): Promise<ByteSource> {
  const { size } = await handle.stat();
  return { size, read: (start, end) => asScratchError(() => readFully(handle.fd, { start, end }, size)) };
}

async function asScratchError<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    const code = fsCode(cause);
    if (code === null) throw cause;
    const hint = 'give it room, or name another folder in TMPDIR';
    throw new GatehouseError('store.broken', `the temporary folder ${tmpdir()} failed (${code})`, { hint, cause });
  }
}
