import { parentPort, workerData } from 'node:worker_threads';
import { bzip2 } from '../../core/outputs/bzip2.ts';

if (workerData instanceof Uint8Array) parentPort?.postMessage(await bzip2(workerData));
