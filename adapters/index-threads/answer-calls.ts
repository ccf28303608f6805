import { parentPort, workerData } from 'node:worker_threads';
import { checkPackage } from '../../core/index/check-package.ts';
import { digestStream } from '../../core/names/digest.ts';
import { chunksOf } from '../../core/ports/byte-source.ts';
import type { StoredObject } from '../../core/ports/store.ts';
import { storedDigests } from '../../core/store/stored-digests.ts';
import { folderStore } from '../store-folder/store-folder.ts';
import { type IndexCall, type IndexReply, serializeError, type ThreadPlace } from './messages.ts';

/** The thread indexes packages of one store as the main thread would, for as long as that calls. */
const port = parentPort;
if (port === null) throw new TypeError('runs only as a worker thread');
const { folder, channel }: ThreadPlace = workerData;
const store = folderStore(folder);
const digestsBy = { read: (object: StoredObject) => digestStream(chunksOf(object)), noted: storedDigests };

port.on('message', async ({ id, checks, digests, now }: IndexCall) => {
  const world = { store, channel, clock: { now: () => now }, digestsOf: digestsBy[digests] };
  const reply = (message: IndexReply) => port.postMessage(message);
  try {
    reply({ id, changes: await Promise.all(checks.map((check) => checkPackage(check, world))) });
  } catch (error) {
    reply({ id, error: serializeError(error) });
  }
});
