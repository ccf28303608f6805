import { enableCompileCache } from 'node:module';
import { workerData } from 'node:worker_threads';
import type { ThreadPlace } from './messages.ts';

/** The thread's entry. It does not inherit the main thread's cache of compiled files, which halves what a start costs. */
const { compileCache }: ThreadPlace = workerData;
if (compileCache !== undefined) enableCompileCache(compileCache);
await import('./answer-calls.ts');
