import { rmSync, unlinkSync } from 'node:fs';
import { resolve } from 'node:path';
import type { ObjectKey } from '../../core/layout/keys.ts';
import {
  maxWholeBytes,
  type PutOutcome,
  type StagedObject,
  type Store,
  type StoredObject,
  type WholeObject,
} from '../../core/ports/store.ts';
import { GatehouseError } from '../../core/problems/error.ts';
import { fileEtag, handleSource, openFile, readFile } from '../open-file.ts';
import { asDiskError, nullIfAbsent } from '../system-error.ts';
import { tooLarge } from '../too-large.ts';
import {
  type CheckedFile,
  changeOf,
  expectUnchanged,
  type IncomingFile,
  incomingFiles,
  openIncoming,
} from './incoming.ts';
import { keyPath } from './key-path.ts';
import { listFiles } from './list-files.ts';
import { exclusiveLock } from './lock.ts';
import { deleteMetadata, readMetadata, writeMetadata } from './metadata.ts';
import { allows, conflict, createFile, moveFile, occupant, stampLater, writeWhole } from './publish-file.ts';

/**
 * A store in a folder: one file an object, at the key's path, as any web server would serve it. Any number of processes
 * may use it at once. Bytes are written under `_gatehouse/incoming/`, flushed to disk, and then given their name in one
 * system call: creating is link(2), which never replaces; replacing and deleting happen under the store's lock, which
 * makes one of comparing tags and renaming. So a process killed at any moment leaves no part of an object under a key.
 * Folders are not flushed: after a power cut the newest names may be missing, but none is torn.
 *
 * Unlike a bucket it cannot hold both `a` and `a/b`; what a bucket keeps with an object is under `_gatehouse/meta/`.
 */
export function folderStore(folder: string): Store {
  const root = resolve(folder);
  const place: Place = { root, incoming: incomingFiles(root), exclusive: exclusiveLock(root) };
  return {
    read: (key, maxBytes) => asDiskError(`read ${key}`, () => readWhole(root, key, maxBytes)),
    get: (key) => asDiskError(`read ${key}`, () => get(root, key)),
    put: (key, ...what) => asDiskError(`write ${key}`, () => put(place, key, ...what)),
    list: (...what) => listFiles(root, ...what),
    delete: (key) => asDiskError(`delete ${key}`, () => remove(place, key)),
    stage: () => asDiskError('take in bytes', async () => stage(place, await openIncoming(await place.incoming()))),
  };
}

interface Place {
  readonly root: string;
  /** Names a new file on its way in. */
  readonly incoming: ReturnType<typeof incomingFiles>;
  readonly exclusive: ReturnType<typeof exclusiveLock>;
}

async function readWhole(root: string, key: ObjectKey, maxBytes: number = maxWholeBytes): Promise<WholeObject | null> {
  const file = await readFile(keyPath(root, key), (size) => {
    if (size > maxBytes) throw tooLarge(key, size, maxBytes);
  });
  return file && { ...file, key };
}

function get(root: string, key: ObjectKey): StoredObject | null {
  const path = keyPath(root, key);
  const file = openFile(path);
  if (file === null) return null;
  const read: StoredObject['read'] = (...what) => asDiskError(`read ${path}`, () => file.read(...what));
  return { ...file, key, metadata: readMetadata(root, key, file.etag), read };
}

async function put(place: Place, ...[key, bytes, condition]: Parameters<Store['put']>): Promise<PutOutcome> {
  const path = keyPath(place.root, key);
  // The condition is asked first for the losers of a race, who would else write and flush for nothing, and again when
  // it counts.
  if (!allows(condition, occupant(path))) return conflict;
  const from = await place.incoming();
  try {
    await writeWhole(from, bytes);
    if (condition && 'absent' in condition) return createFile(from, path);
    return await place.exclusive(async () => {
      const current = occupant(path);
      if (!allows(condition, current)) return conflict;
      stampLater(from, current?.mtimeNs ?? 0n);
      return moveFile(from, path);
    });
  } finally {
    rmSync(from, { force: true });
  }
}

function stage(place: Place, file: IncomingFile): StagedObject {
  let isPublished = false;
  let checked: string | null = null;
  return {
    async write(bytes) {
      // The published name is the same file: a late write would change what was checked.
      if (isPublished) throw new GatehouseError('internal.bug', 'a staged object was written to after its publishing');
      checked = null;
      await asDiskError('write what comes in', () => file.handle.appendFile(bytes));
    },
    source: () =>
      asDiskError('read what came in', async () => {
        const { size, read } = await handleSource(file.handle);
        checked ??= changeOf(file.path);
        return { size, read: (start, end) => asDiskError('read what came in', () => read(start, end)) };
      }),
    publish(...what) {
      isPublished = true;
      return asDiskError(`publish ${what[0]}`, () => publish(place, { ...file, checked }, ...what));
    },
    [Symbol.asyncDispose]: () => file[Symbol.asyncDispose](),
  };
}

/** Publishing happens under the lock: without it, a losing publisher's metadata could come to lie beside the winner's bytes. */
async function publish(
  place: Place,
  file: CheckedFile,
  ...[key, metadata, condition = { absent: true }]: Parameters<StagedObject['publish']>
): Promise<PutOutcome> {
  const path = keyPath(place.root, key);
  await file.handle.sync();
  await using sidecar = await openIncoming(await place.incoming());
  return await place.exclusive(async () => {
    const current = occupant(path);
    if (!allows(condition, current)) return conflict;
    expectUnchanged(file);
    stampLater(file.path, current?.mtimeNs ?? 0n);
    const etag = fileEtag(await file.handle.stat({ bigint: true }));
    await writeMetadata(place.root, { key, metadata, etag }, sidecar);
    return current === null ? createFile(file.path, path) : moveFile(file.path, path);
  });
}

async function remove({ root, exclusive }: Place, key: ObjectKey): Promise<void> {
  const path = keyPath(root, key);
  if (occupant(path) === null) return;
  await exclusive(async () => {
    nullIfAbsent(() => unlinkSync(path));
    deleteMetadata(root, key);
  });
}
