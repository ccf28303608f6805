// A process of its own: one invocation of the indexer's function, as the cloud's code does it, with a store whose every
// request takes so many milliseconds. Writes how many requests that were to a file.
// node bench/index-event.ts STORE MILLISECONDS REQUESTS_FILE MESSAGE...
import { writeFile } from 'node:fs/promises';
import { folderStore } from '../adapters/store-folder/store-folder.ts';
import { systemClock } from '../adapters/system-clock.ts';
import { GatehouseError } from '../core/problems/error.ts';
import { index } from '../lambdas/indexer.ts';
import { slowStore } from './support/slow-store.ts';
import { withSyntheticPackages } from './support/synthetic-subdir.ts';

const [folder = '', latency = '', requestsFile = '', ...messages] = process.argv.slice(2);
const failed: string[] = [];
const telemetry = {
  log: () => {},
  note: () => {},
  warn: (message: string, facts: unknown) => void failed.push(`${message} ${JSON.stringify(facts)}`),
  failed: (what: string, error: unknown) => void failed.push(`${what}: ${String(error)}`),
  count: () => {},
  flush: () => {},
};
const store = slowStore(withSyntheticPackages(folderStore(folder)), Number(latency));
await index(
  { Records: messages.map((body, at) => ({ messageId: `${at}`, body })) },
  {
    store,
    telemetry,
    channel: 'conda',
    clock: systemClock,
    judgedBy: '0.0.0',
    fetch: () => Promise.reject(new GatehouseError('upstream.unreachable', 'nobody is asked')),
    queue: { send: async () => {} },
    servedName: 'gatehouse',
    invalidate: null,
  },
  { getRemainingTimeInMillis: () => 300_000 },
);
if (failed.length > 0) throw new Error(failed.join('\n'));
await writeFile(requestsFile, JSON.stringify(Object.fromEntries(store.requests)));
