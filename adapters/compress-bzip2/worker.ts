import { parentPort, workerData } from 'node:worker_threads';

if (workerData instanceof Uint8Array) parentPort?.postMessage(await bzip2(workerData));

/** The bytes in blocks of 900 kB, about 0.6 MB/s. compressjs is GPL-2.0, so nothing else that serves a channel loads it. */
async function bzip2(bytes: Uint8Array): Promise<Uint8Array> {
  const { default: compressjs } = await import('compressjs');
  return compressjs.Bzip2.compressFile(bytes, undefined, 9);
}
