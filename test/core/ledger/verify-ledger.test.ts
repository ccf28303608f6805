import fc from 'fast-check';
import { expect, it } from 'vitest';
import { canonicalJson } from '../../../core/json/json.ts';
import { ledgerHeadKey, ledgerKey } from '../../../core/layout/gate-keys.ts';
import type { ObjectKey } from '../../../core/layout/keys.ts';
import type { LedgerEntry } from '../../../core/ledger/ledger-entry.ts';
import { readLedger } from '../../../core/ledger/read-ledger.ts';
import { verifyLedger } from '../../../core/ledger/verify-ledger.ts';
import { sha256Of } from '../../../core/names/digest.ts';
import { decision, ledgerOf } from '../../support/gate/ledgers.ts';
import { key } from '../../support/store/objects.ts';
import type { MemoryStore } from '../../twins/store-memory.ts';

const bytesAt = (store: MemoryStore, at: ObjectKey) => store.objects.get(at)?.bytes ?? Buffer.alloc(0);

it('is content with a ledger as it was written, and says where it ends', async () => {
  const store = await ledgerOf(12);
  expect(await verifyLedger(store)).toMatchObject({
    entries: 12,
    faults: [],
    head: sha256Of(bytesAt(store, ledgerKey(12))),
  });
  expect((await verifyLedger(await ledgerOf(0))).head).toBeNull();
});

it('keeps what was decided last of each file', async () => {
  const store = await ledgerOf(3);
  const { latest } = await verifyLedger(store);
  const { id, sha256, evidence } = decision(2);
  expect(latest.get(`${id} ${sha256}`)).toMatchObject({ sequence: 2, evidence });
});

const entries = 9;

/** What a person could do to one entry, and of which entries the finding must speak. */
type Tampering = (store: MemoryStore, at: number) => Promise<void>;

const edited =
  (change: (entry: LedgerEntry) => object): Tampering =>
  async (store, at) => {
    for await (const { entry, key } of readLedger(store)) {
      if (entry instanceof Error || entry.sequence !== at) continue;
      await store.put(key, Buffer.from(canonicalJson({ ...entry, ...change(entry) })));
    }
  };

const tamperings: Record<string, Tampering> = {
  removed: (store, at) => store.delete(ledgerKey(at)),
  'with another verdict': edited(({ verdict }) => ({ verdict: verdict === 'pass' ? 'hold' : 'pass' })),
  'of another time': edited(({ at }) => ({ at: at + 1 })),
  'of another file': edited(() => ({ id: 'noarch/other-1.0-0.conda' })),
  'of other bytes': edited(() => ({ sha256: sha256Of('other') })),
  'of another document': edited(() => ({ evidence: sha256Of('other') })),
  'of another event': edited(() => ({ event: 'released' })),
  'behind another': edited(() => ({ previous: sha256Of('other') })),
  'of another place': edited(({ sequence }) => ({ sequence: sequence + 1 })),
  'with more in it': edited(() => ({ note: 'x' })),
  'written otherwise': async (store, at) => {
    await store.put(ledgerKey(at), Buffer.concat([bytesAt(store, ledgerKey(at)), Buffer.from('\n')]));
  },
  'of no bytes': async (store, at) => {
    await store.put(ledgerKey(at), Buffer.alloc(0));
  },
  'in the place of the next': async (store, at) => {
    const [one, other] = [ledgerKey(at), ledgerKey((at % entries) + 1)];
    const [first, second] = [bytesAt(store, one), bytesAt(store, other)];
    await store.put(one, second);
    await store.put(other, first);
  },
  'and another put in behind it': async (store, at) => {
    const moved = Array.from({ length: entries - at + 1 }, (_, i) => bytesAt(store, ledgerKey(at + i)));
    for (const [i, bytes] of moved.entries()) await store.put(ledgerKey(at + i + 1), bytes);
  },
};

it.each(Object.keys(tamperings))('finds an entry that is %s, any of them, and names it', async (name) => {
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 1, max: entries }), async (at) => {
      const store = await ledgerOf(entries);
      await tamperings[name]?.(store, at);
      const { faults } = await verifyLedger(store);
      const told = faults.map(({ key, detail }) => `${key} ${detail}`).join('\n');
      const places = at === entries ? [ledgerKey(at), `entry ${at}`, ledgerHeadKey] : [ledgerKey(at), `entry ${at}`];
      expect(
        places.some((place) => told.includes(place)),
        told,
      ).toBe(true);
    }),
    { numRuns: entries * 2 },
  );
});

it('finds entries cut off at the end by the head alone, and what is put beside entries', async () => {
  const store = await ledgerOf(9);
  await Promise.all([8, 9].map((at) => store.delete(ledgerKey(at))));
  expect((await verifyLedger(store)).faults).toEqual([
    { key: ledgerHeadKey, detail: 'the ledger lacks entry 9, with which it ended' },
  ]);
  await store.delete(ledgerHeadKey);
  expect((await verifyLedger(store)).faults).toEqual([]);
  await store.put(key('_gatehouse/ledger/0000000000003.json'), bytesAt(store, ledgerKey(3)));
  expect((await verifyLedger(store)).faults).toMatchObject([{ key: '_gatehouse/ledger/0000000000003.json' }]);
});

it.each(['written otherwise', 'of another place', 'with more in it'])(
  'finds a last entry that is %s by itself, where no head names it',
  async (name) => {
    const store = await ledgerOf(entries);
    await store.delete(ledgerHeadKey);
    await tamperings[name]?.(store, entries);
    expect((await verifyLedger(store)).faults).toMatchObject([{ key: ledgerKey(entries) }]);
  },
);

it('names fifty places, and counts the rest', async () => {
  const store = await ledgerOf(140);
  for (let at = 2; at <= 140; at += 2) await store.put(ledgerKey(at), Buffer.from('{}'));
  const { faults } = await verifyLedger(store);
  expect(faults).toHaveLength(51);
  expect(faults.at(-1)?.detail).toMatch(/^\d+ more places/);
});
