import { parentPort } from 'node:worker_threads';
import { simpleSolve } from '@conda-org/rattler';
import type { SolveJob } from './rattler.ts';

/** Solves each job against a channel that holds its records only; a panic ends this thread. */
let index = new Uint8Array();

// rattler's WASM asks `fetch` for repodata and reads `url` off the answer.
globalThis.fetch = async (input) => {
  const url = String(input instanceof Request ? input.url : input);
  const found = url.endsWith('/noarch/repodata.json');
  const response = new Response(found ? index : '', { status: found ? 200 : 404 });
  return Object.defineProperty(response, 'url', { value: url });
};

async function solve({ spec, records }: SolveJob): Promise<string> {
  const files = records.map((record) => [
    `${record.name}-${record.version}-${record.build}.tar.bz2`,
    { ...record, depends: record.depends ?? [], subdir: 'noarch' },
  ]);
  index = new TextEncoder().encode(JSON.stringify({ info: { subdir: 'noarch' }, packages: Object.fromEntries(files) }));
  try {
    await simpleSolve([spec], ['https://channel.invalid/c'], ['noarch'], undefined);
    return 'solved';
  } catch (error) {
    return String(error).startsWith('Cannot solve') ? 'unsolvable' : 'refused';
  }
}

parentPort?.on('message', async (job: SolveJob) => parentPort?.postMessage(await solve(job)));
