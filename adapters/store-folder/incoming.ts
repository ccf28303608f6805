import { createHash, randomUUID } from 'node:crypto';
import { type FileHandle, open, readdir, rm } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { GatehouseError } from '../../core/problems/error.ts';
import { makeFolder } from '../make-folder.ts';
import { regularFile } from '../open-file.ts';
import { systemErrorCode } from '../system-error.ts';
import { internalPath } from './key-path.ts';

/** A file on its way in, under a name nobody looks for. Disposing of it removes that name, not what was linked to it. */
export interface IncomingFile extends AsyncDisposable {
  readonly path: string;
  readonly handle: FileHandle;
}

// Containers that share a disk have process numbers of their own, often the same ones: host and start tell them apart.
const host = createHash('sha256').update(hostname()).digest('hex').slice(0, 8);
const self = `${host}.${process.pid}.${Math.round(performance.timeOrigin)}`;
const nameGrammar = /^([0-9a-f]{8})\.(\d+)\.(\d+)\.[0-9a-f-]+$/;

/** 24 hours: after so long without a write, a file of another machine is taken for left behind. */
const abandonedAfterMs = 86_400_000;

/**
 * Gives paths for files on their way in, which nobody else gives. Before the first is given, the files that dead
 * processes left are removed.
 */
export function incomingFiles(root: string): () => Promise<string> {
  let ready: Promise<void> | undefined;
  return async () => {
    const folder = internalPath(root, 'incoming');
    ready ??= prepare(folder).catch((error: unknown) => {
      ready = undefined;
      throw error;
    });
    await ready;
    return join(folder, `${self}.${randomUUID()}`);
  };
}

export async function openIncoming(path: string): Promise<IncomingFile> {
  const handle = await open(path, 'wx+');
  return {
    path,
    handle,
    async [Symbol.asyncDispose]() {
      try {
        await handle.close();
      } finally {
        await rm(path, { force: true });
      }
    },
  };
}

/** Of a file its last change, which nobody can date back as they can its contents' (`ctime`). Null of one that is gone. */
export function changeOf(path: string): string | null {
  const stats = regularFile(path);
  return stats && `${stats.ino} ${stats.size} ${stats.mtimeNs} ${stats.ctimeNs}`;
}

/** What is on its way in, and its last change when it was first read: what was read then was judged. */
export interface CheckedFile extends Pick<IncomingFile, 'path' | 'handle'> {
  readonly checked: string | null;
}

/** @throws GatehouseError `store.conflict` where somebody changed it since: nothing is published of it */
export function expectUnchanged({ path, checked }: CheckedFile): void {
  const now = changeOf(path);
  if (checked === null || now === null || now === checked) return;
  throw new GatehouseError('store.conflict', `${path} was changed after it was read: nothing was published of it`, {
    retry: true,
  });
}

async function prepare(folder: string): Promise<void> {
  makeFolder(folder);
  for (const name of await readdir(folder)) {
    if (await isLeftover(folder, name)) await rm(join(folder, name), { force: true });
  }
}

async function isLeftover(folder: string, name: string): Promise<boolean> {
  const [, owner, pid, started] = nameGrammar.exec(name) ?? [];
  if (owner === undefined) return false;
  if (owner === host) return `${owner}.${pid}.${started}` !== self && !isAlive(Number(pid));
  const file = regularFile(join(folder, name));
  return file !== null && Date.now() - Number(file.mtimeNs / 1_000_000n) > abandonedAfterMs;
}

/** Whether the process runs; our own number with another start is a process of the past. */
function isAlive(pid: number): boolean {
  if (pid === process.pid) return false;
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return systemErrorCode(error) !== 'ESRCH';
  }
}
