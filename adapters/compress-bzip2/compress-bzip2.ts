import { Worker } from 'node:worker_threads';
import { GatehouseError } from '../../core/problems/error.ts';

/**
 * The bytes as one bzip2 stream, made in a thread of its own that ends with it: for `repodata.json.bz2`
 * and made packages.
 *
 * @param workerUrl where `worker.ts` is, when a bundler has moved it
 * @throws GatehouseError `internal.bug` when the thread dies
 */
export async function compressBzip2(
  bytes: Uint8Array,
  workerUrl = new URL('./worker.ts', import.meta.url),
): Promise<Uint8Array> {
  const worker = new Worker(workerUrl, { workerData: bytes });
  try {
    return await new Promise<Uint8Array>((resolve, reject) => {
      worker.once('message', (answer) => {
        if (answer instanceof Uint8Array) resolve(answer);
        else reject(new GatehouseError('internal.bug', 'the bzip2 thread answered something else'));
      });
      worker.once('error', (cause) => reject(new GatehouseError('internal.bug', 'the bzip2 thread failed', { cause })));
      worker.once('exit', () => reject(new GatehouseError('internal.bug', 'the bzip2 thread ended without an answer')));
    });
  } finally {
    await worker.terminate();
  }
}
