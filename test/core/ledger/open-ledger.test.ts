import fc from 'fast-check';
import { expect, it } from 'vitest';
import { ledgerHeadKey, ledgerKey } from '../../../core/layout/gate-keys.ts';
import { openLedger } from '../../../core/ledger/open-ledger.ts';
import { readLedger } from '../../../core/ledger/read-ledger.ts';
import { verifyLedger } from '../../../core/ledger/verify-ledger.ts';
import { appendAtOnce } from '../../support/gate/append-at-once.ts';
import { appendAll, decision, ledgerOf, standingClock } from '../../support/gate/ledgers.ts';
import { memoryStore, newBucket, type StoreOperation } from '../../twins/store-memory.ts';

it('costs as much at the thousandth entry as at the second', async () => {
  const calls: StoreOperation[] = [];
  const store = memoryStore({ before: (operation) => void calls.push(operation) }, newBucket());
  await appendAll(store, 1000);
  const ledger = openLedger({ store, clock: standingClock });
  calls.length = 0;
  await ledger.append(decision(1001));
  // The head, its entry, that none is behind it, the entry, the head.
  expect(calls.splice(0)).toEqual(['read whole', 'read whole', 'get', 'put', 'put']);
  await ledger.append(decision(1002));
  expect(calls.splice(0)).toEqual(['put', 'put']);
  await Promise.all([3, 4, 5, 6, 7, 8, 9, 10].map((number) => ledger.append(decision(1000 + number))));
  expect(calls.splice(0)).toEqual(Array.from({ length: 9 }, () => 'put'));
});

it('finds the end without a head, or with one that others left behind', async () => {
  for (const kept of ['nothing', 'an old head', 'a damaged head']) {
    const store = await ledgerOf(100);
    const head = store.objects.get(ledgerHeadKey);
    await appendAll(store, 130);
    if (kept === 'nothing') await store.delete(ledgerHeadKey);
    if (kept === 'an old head') await store.put(ledgerHeadKey, head?.bytes ?? Buffer.alloc(0));
    if (kept === 'a damaged head') await store.put(ledgerHeadKey, Buffer.from('{'));
    const ledger = openLedger({ store, clock: standingClock });
    await ledger.append(decision(500));
    expect((await verifyLedger(store)).faults).toEqual([]);
    expect((await verifyLedger(store)).entries).toBe(231);
  }
});

it('does not go on where the entry is gone with which it ended', async () => {
  const store = await ledgerOf(5);
  await store.delete(ledgerKey(5));
  const appended = openLedger({ store, clock: standingClock }).append(decision(6));
  await expect(appended).rejects.toMatchObject({ code: 'state.damaged', hint: expect.stringContaining(ledgerKey(5)) });
});

it('writes at the same place again where S3 was busy with a write that failed', async () => {
  let busy = 2;
  const store = memoryStore({ fault: (operation) => (operation === 'put' && busy-- > 0 ? 'conflict' : undefined) });
  await openLedger({ store, clock: standingClock }).append(decision(1));
  expect((await verifyLedger(store)).entries).toBe(1);
});

it('knows its own entry where the answer was lost and the request sent again', async () => {
  const bucket = newBucket();
  const plain = memoryStore({}, bucket);
  // What the SDK does: the first request arrived, and the second finds what it wrote.
  const store = memoryStore(
    {
      fault: (operation, key) => (operation === 'put' && key !== ledgerHeadKey ? 'conflict' : undefined),
      before: async (operation, key) => {
        if (operation === 'put' && key === ledgerKey(1)) await first;
      },
    },
    bucket,
  );
  const first = openLedger({ store: plain, clock: standingClock }).append(decision(1));
  await openLedger({ store, clock: standingClock }).append(decision(1));
  expect((await verifyLedger(plain)).entries).toBe(1);
});

it('goes on after an append that failed', async () => {
  let calls = 0;
  const store = memoryStore({ fault: (operation) => (operation === 'put' && ++calls === 2 ? 'broken' : undefined) });
  const ledger = openLedger({ store, clock: standingClock });
  const outcomes = await Promise.allSettled([1, 2, 3].map((number) => ledger.append(decision(number))));
  expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
  const ids: unknown[] = [];
  for await (const { entry } of readLedger(store)) ids.push(entry instanceof Error ? null : entry.id);
  expect(ids).toEqual([1, 3].map((number) => decision(number).id));
});

it('loses no entry and leaves no gap, whoever writes at once, fails, or ends anywhere', async () => {
  const faults = fc.record({
    crash: fc.constantFrom(0, 0.02),
    broken: fc.constantFrom(0, 0.05),
    ambiguous: fc.constantFrom(0, 0.1),
    conflict: fc.constantFrom(0, 0.1),
  });
  const run = fc.record({ seed: fc.nat(), workers: fc.integer({ min: 1, max: 5 }), faults });
  await fc.assert(
    fc.asyncProperty(run, async ({ seed, workers, faults }) => {
      const { store, appended } = await appendAtOnce({ seed, workers, inEach: 3, times: 2, faults });
      const { faults: found, entries } = await verifyLedger(store);
      expect(found).toEqual([]);
      const there: string[] = [];
      for await (const { entry } of readLedger(store)) if (!(entry instanceof Error)) there.push(entry.evidence);
      expect(there).toEqual(expect.arrayContaining([...appended]));
      expect(new Set(there).size).toBeLessThanOrEqual(entries);
    }),
    { numRuns: 12 },
  );
});
