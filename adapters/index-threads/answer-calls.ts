import { parentPort, workerData } from 'node:worker_threads';
import { gateByAllowlist } from '../../core/gate/judge/gate-by-allowlist.ts';
import { checkPackage } from '../../core/index/check-package.ts';
import { digestStream } from '../../core/names/digest.ts';
import { chunksOf } from '../../core/ports/byte-source.ts';
import type { StoredObject } from '../../core/ports/store.ts';
import { storedDigests } from '../../core/store/stored-digests.ts';
import { httpFetch } from '../http-fetch.ts';
import { networkOf } from '../http-network.ts';
import { folderStore } from '../store-folder/store-folder.ts';
import { systemClock } from '../system-clock.ts';
import { type IndexCall, type IndexReply, serializeError, type ThreadPlace } from './messages.ts';

/** The thread indexes packages of one store as the main thread would, for as long as that calls. */
const port = parentPort;
if (port === null) throw new TypeError('runs only as a worker thread');
const { folder, channel, gate: given }: ThreadPlace = workerData;
const store = folderStore(folder);
const { allowlist, judgedBy, environment } = given;
const fetch = httpFetch(networkOf(environment));
/** 24 hours in milliseconds: so long the advisories that were kept count here, and nobody asks for them once more. */
const goodFor = 24 * 60 * 60 * 1000;
let now = 0;
const clock = { ...systemClock, now: () => now };
const judging = { store, clock, judgedBy, fetch, cache: null, goodFor, log: () => {} };
const gate = gateByAllowlist(allowlist, judging);
const digestsBy = { read: (object: StoredObject) => digestStream(chunksOf(object)), noted: storedDigests };

port.on('message', async ({ id, checks, digests, now: time }: IndexCall) => {
  now = time;
  const world = { store, channel, clock, gate, digestsOf: digestsBy[digests] };
  const reply = (message: IndexReply) => port.postMessage(message);
  try {
    reply({ id, changes: await Promise.all(checks.map((check) => checkPackage(check, world))) });
  } catch (error) {
    reply({ id, error: serializeError(error) });
  }
});
