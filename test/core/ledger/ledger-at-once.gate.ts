import { join } from 'node:path';
import { expect, it } from 'vitest';
import { folderStore } from '../../../adapters/store-folder/store-folder.ts';
import { s3Store } from '../../../adapters/store-s3/store-s3.ts';
import { canonicalJson } from '../../../core/json/json.ts';
import { ledgerHeadKey, ledgerKey } from '../../../core/layout/gate-keys.ts';
import { openLedger } from '../../../core/ledger/open-ledger.ts';
import { verifyLedger } from '../../../core/ledger/verify-ledger.ts';
import { type Sha256, sha256Of } from '../../../core/names/digest.ts';
import type { Store } from '../../../core/ports/store.ts';
import { startCloud } from '../../cloud/start-cloud.ts';
import { openBucket } from '../../support/cloud/aws-places.ts';
import { cloudClients } from '../../support/cloud/cloud-clients.ts';
import { appendAtOnce } from '../../support/gate/append-at-once.ts';
import { decision, standingClock } from '../../support/gate/ledgers.ts';
import { temporaryFolder } from '../../support/machine/temporary-folder.ts';
import { memoryStore, newBucket } from '../../twins/store-memory.ts';

it('takes 14 workers with eight fetches each at once, at a handful of requests an entry', async () => {
  const { store, appended, requests, longest } = await appendAtOnce({ seed: 1, workers: 14, inEach: 8, times: 8 });
  expect(appended.size).toBe(14 * 8 * 8);
  expect(await verifyLedger(store)).toMatchObject({ entries: 14 * 8 * 8, faults: [] });
  expect(requests / appended.size).toBeLessThan(8);
  expect(longest).toBeLessThan(60_000);
});

it('costs the same behind 100,000 entries as behind one, and 40 requests where the head is lost', async () => {
  const entries = 100_000;
  let calls = 0;
  const bucket = newBucket();
  const plain = memoryStore({}, bucket);
  let previous: Sha256 | null = null;
  for (let sequence = 1; sequence <= entries; sequence++) {
    const bytes = Buffer.from(canonicalJson({ version: 1, sequence, previous, at: 0, ...decision(sequence) }));
    await plain.put(ledgerKey(sequence), bytes);
    previous = sha256Of(bytes);
  }
  await plain.put(ledgerHeadKey, Buffer.from(canonicalJson({ version: 1, sequence: entries, sha256: previous })));
  const store = memoryStore({ before: () => void calls++ }, bucket);
  await openLedger({ store, clock: standingClock }).append(decision(entries + 1));
  expect(calls).toBe(5);
  await plain.delete(ledgerHeadKey);
  calls = 0;
  await openLedger({ store, clock: standingClock }).append(decision(entries + 2));
  expect(calls).toBeLessThanOrEqual(40);
  expect(await verifyLedger(plain)).toMatchObject({ entries: entries + 2, faults: [] });
});

/** Several ledgers over one store, each with several appends under way. */
async function manyOn(storeOf: () => Store): Promise<void> {
  const clock = { now: () => Date.now(), sleep: (ms: number) => new Promise<void>((done) => setTimeout(done, ms)) };
  const ledgers = Array.from({ length: 4 }, () =>
    openLedger({ store: storeOf(), clock: { ...clock, random: Math.random } }),
  );
  const appends = ledgers.flatMap((ledger, i) =>
    Array.from({ length: 10 }, (_, j) => ledger.append(decision(i * 10 + j + 1))),
  );
  await Promise.all(appends);
  const { entries, faults, latest } = await verifyLedger(storeOf());
  expect(faults).toEqual([]);
  expect(latest.size).toBe(40);
  expect(entries).toBe(40);
}

it('keeps its order in a folder', async () => {
  await using folder = await temporaryFolder();
  await manyOn(() => folderStore(join(folder.path, 'store')));
});

it('keeps its order in a bucket', async () => {
  await using cloud = await startCloud();
  const clients = cloudClients(cloud.endpoint);
  const bucket = await openBucket(clients.s3);
  await manyOn(() => s3Store(bucket.name, { client: clients.s3 }));
  clients.destroy();
});
