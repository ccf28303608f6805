import fc from 'fast-check';
import { expect, it } from 'vitest';
import { type GateVerdict, keyOfVerdict } from '../../../core/documents/gate/verdict.ts';
import { canonicalJson } from '../../../core/json/json.ts';
import { heldKey } from '../../../core/layout/gate-keys.ts';
import { sha256Of } from '../../../core/names/digest.ts';
import { verifyListed } from '../../../core/verify/verify-listed.ts';
import { verifyVerdicts } from '../../../core/verify/verify-verdicts.ts';
import { judged, verdictOf } from '../../support/gate/judged.ts';
import { key } from '../../support/store/objects.ts';
import { type MemoryStore, memoryStore } from '../../twins/store-memory.ts';

const files = 6;

/** Six files, each of which was judged twice, held first and passing then, and lies there. */
async function judgedTwice(): Promise<MemoryStore> {
  const store = memoryStore();
  for (const verdict of ['hold', 'pass'] as const)
    for (let number = 1; number <= files; number++) await judged(store, verdictOf(number, { verdict }));
  for (let number = 1; number <= files; number++)
    await store.put(key(`conda/${verdictOf(number).id}`), Buffer.from(`bytes ${number}`));
  return store;
}

const placeOf = (number: number) => keyOfVerdict(verdictOf(number).id, verdictOf(number).sha256);
const lay = (store: MemoryStore, verdict: GateVerdict, at = keyOfVerdict(verdict.id, verdict.sha256)) =>
  store.put(at, Buffer.from(canonicalJson(verdict)));

const tamperings: Record<string, (store: MemoryStore, number: number) => Promise<unknown>> = {
  'was removed': (store, number) => store.delete(placeOf(number)),
  'was put back as it was once': (store, number) => lay(store, verdictOf(number, { verdict: 'hold' })),
  'passes by another hand': (store, number) => lay(store, verdictOf(number, { verdict: 'warn' })),
  'lost what was found': (store, number) => lay(store, verdictOf(number, { judgedBy: 'me' })),
  'is cut': (store, number) => store.put(placeOf(number), Buffer.from('{"version":1')),
  'is of another file': (store, number) => lay(store, verdictOf(number + files), placeOf(number)),
};

it.each(Object.keys(tamperings))('finds a document that %s, any of them, and names it', async (name) => {
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 1, max: files }), async (number) => {
      const store = await judgedTwice();
      await tamperings[name]?.(store, number);
      const { problems } = await verifyVerdicts(store);
      expect(problems).toMatchObject([{ code: 'verify.verdict', key: placeOf(number) }]);
    }),
    { numRuns: files },
  );
});

it('is content with an entry whose verdict never came, of a file that never came either, and was not kept', async () => {
  const store = await judgedTwice();
  const { sha256 } = await judged(store, verdictOf(files + 1));
  await store.delete(placeOf(files + 1));
  expect((await verifyVerdicts(store)).problems).toEqual([]);
  await store.put(heldKey(sha256), Buffer.from('bytes'));
  expect((await verifyVerdicts(store)).problems).toMatchObject([{ key: placeOf(files + 1), detail: 'is gone' }]);
});

it('is content with what the gate wrote, and knows what it says', async () => {
  const store = await judgedTwice();
  const { problems, verdicts, checked } = await verifyVerdicts(store);
  expect({ problems, checked, files: verdicts.size }).toEqual({ problems: [], checked: 18, files });
});

it('finds a document that no entry tells of, and one that lies where no verdict can', async () => {
  const store = await judgedTwice();
  await lay(store, verdictOf(9));
  await store.put(key('_gatehouse/verdicts/conda/noarch/note.txt'), Buffer.from('x'));
  const { problems } = await verifyVerdicts(store);
  expect(problems.map(({ detail }) => detail)).toEqual([
    'is no place of a verdict',
    'no entry of the ledger tells of it',
  ]);
});

it('finds that the ledger was cut off, head and all, by the documents it tells of no more', async () => {
  const store = memoryStore();
  for (let number = 1; number <= 4; number++) await judged(store, verdictOf(number));
  const ledger = [...store.objects.keys()].filter((at) => at.startsWith('_gatehouse/ledger'));
  for (const at of ledger.filter((one) => one > '_gatehouse/ledger/000000000002.json' || one.includes('head')))
    await store.delete(at);
  const { problems } = await verifyVerdicts(store);
  expect(problems.map(({ key: at }) => at)).toEqual([placeOf(3), placeOf(4)].sort());
});

it('takes no file for wrong that is judged anew while it looks', async () => {
  let reads = 0;
  const store = memoryStore({
    async before(operation, at) {
      if (operation === 'read whole' && at === placeOf(2) && ++reads === 1)
        await judged(store, verdictOf(2, { verdict: 'reject' }));
    },
  });
  for (let number = 1; number <= 3; number++) await judged(store, verdictOf(number));
  reads = 0;
  expect((await verifyVerdicts(store)).problems).toEqual([]);
  expect(reads).toBeGreaterThan(1);
});

it('finds what two wrote who judged one file at once to be one', async () => {
  let isFirst = true;
  const rival = verdictOf(1, { judgedAt: 5 });
  const store = memoryStore({
    async before(operation, at) {
      if (operation !== 'put' || at !== placeOf(1) || !isFirst) return;
      isFirst = false;
      await judged(store, rival);
    },
  });
  expect(await judged(store, verdictOf(1))).toEqual(rival);
  expect((await verifyVerdicts(store)).problems).toEqual([]);
});

it('holds what an index lists to a verdict of its bytes', async () => {
  const store = memoryStore();
  await judged(store, verdictOf(1));
  await judged(store, verdictOf(4));
  await store.put(placeOf(4), Buffer.from('{'));
  const verified = await verifyVerdicts(store);
  const told = (number: number, sha256 = verdictOf(number).sha256) =>
    verifyListed([{ key: placeOf(number), id: verdictOf(number).id, sha256 }], verified).map(({ code }) => code);
  expect([told(1), told(3), told(1, sha256Of('other'))]).toEqual([[], ['verify.unjudged'], ['verify.unjudged']]);
  // Of a document that says nothing, only that is told.
  expect(told(4)).toEqual([]);
});
