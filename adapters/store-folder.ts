import { rmSync, unlinkSync } from 'node:fs';
import { resolve } from 'node:path';
import type { ObjectKey } from '../core/layout.ts';
import type { Condition, PutOutcome, Store, StoredObject } from '../core/ports/store.ts';
import { fileEtag, stampLater } from './store-folder/file-etag.ts';
import { asStoreError, nullIfAbsent } from './store-folder/fs-error.ts';
import { type IncomingFile, incomingFiles, openIncoming } from './store-folder/incoming.ts';
import { keyPath } from './store-folder/key-path.ts';
import { listFiles } from './store-folder/list-files.ts';
import { exclusiveLock } from './store-folder/lock.ts';
import { deleteMetadata, type Note, readMetadata, writeMetadata } from './store-folder/metadata.ts';
import { openFile } from './store-folder/open-files.ts';
import { allows, conflict, createFile, moveFile, occupant, replaceFile } from './store-folder/publish-file.ts';
import { stageFile } from './store-folder/stage-file.ts';
import { writeWhole } from './store-folder/write-whole.ts';

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
  const place = openPlace(resolve(folder));
  return {
    get: (key) => asStoreError(`read ${key}`, () => get(place, key)),
    put: (key, ...what) => asStoreError(`write ${key}`, () => put(place, key, ...what)),
    list: (prefix) => listFiles(place.root, prefix),
    delete: (key) => asStoreError(`delete ${key}`, () => remove(place, key)),
    stage: () =>
      asStoreError('take in bytes', async () => {
        const file = await openIncoming(await place.incoming());
        return stageFile(file, (key, metadata, condition = { absent: true }) =>
          asStoreError(`publish ${key}`, () => publish(place, file, { key, metadata, condition })),
        );
      }),
  };
}

type Place = ReturnType<typeof openPlace>;

const openPlace = (root: string) => ({
  root,
  incoming: incomingFiles(root),
  exclusive: exclusiveLock(root),
});

function get({ root }: Place, key: ObjectKey): StoredObject | null {
  const file = openFile(keyPath(root, key));
  return file && { key, ...file, metadata: readMetadata(root, key, file.etag) };
}

async function put(place: Place, ...[key, bytes, condition]: Parameters<Store['put']>): Promise<PutOutcome> {
  const path = keyPath(place.root, key);
  // Asked first for the losers of a race, who would else write and flush for nothing; asked again when it counts.
  if (!allows(condition, occupant(path))) return conflict;
  const from = await place.incoming();
  try {
    await writeWhole(from, bytes);
    if (condition && 'absent' in condition) return createFile(from, path);
    return await place.exclusive(async () => replaceFile(from, path, condition));
  } finally {
    rmSync(from, { force: true });
  }
}

/** Under the lock, or a losing publisher's metadata could come to lie beside the winner's bytes. */
async function publish(place: Place, file: IncomingFile, { condition, ...object }: Publishing): Promise<PutOutcome> {
  const path = keyPath(place.root, object.key);
  await file.handle.sync();
  await using sidecar = await openIncoming(await place.incoming());
  return await place.exclusive(async () => {
    const current = occupant(path);
    if (!allows(condition, current)) return conflict;
    stampLater(file.path, current?.mtimeNs ?? 0n);
    const etag = fileEtag(await file.handle.stat({ bigint: true }));
    await writeMetadata(place.root, { ...object, etag }, sidecar);
    return current === null ? createFile(file.path, path) : moveFile(file.path, path);
  });
}

interface Publishing extends Omit<Note, 'etag'> {
  readonly condition: Condition;
}

async function remove({ root, exclusive }: Place, key: ObjectKey): Promise<void> {
  const path = keyPath(root, key);
  if (occupant(path) === null) return;
  await exclusive(async () => {
    nullIfAbsent(() => unlinkSync(path));
    deleteMetadata(root, key);
  });
}
