import { Worker } from 'node:worker_threads';

export interface InstallJob {
  readonly channels: readonly string[];
  readonly platform: string;
  readonly specs: readonly string[];
  /** Name -> version. */
  readonly virtualPackages: Readonly<Record<string, string>>;
}

/** `<subdir>/<file>` of every package, in order; or what rattler said. */
export type InstallAnswer = { readonly files: readonly string[] } | { readonly refused: string };

/** pixi's engine as a client of a served channel, in a thread of its own. Close it, or the thread stays. */
export function startHttpClient(): { solve(job: InstallJob): Promise<InstallAnswer>; close(): Promise<number> } {
  const worker = new Worker(new URL('./http-client-worker.ts', import.meta.url));
  return {
    solve: (job) =>
      new Promise((resolve, reject) => {
        worker.once('error', reject);
        worker.once('message', (answer: InstallAnswer) => {
          worker.off('error', reject);
          resolve(answer);
        });
        worker.postMessage(job);
      }),
    close: () => worker.terminate(),
  };
}
