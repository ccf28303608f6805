import { describe, expect, it } from 'vitest';
import { packageKey } from '../../core/layout/keys.ts';
import { packageFileNameSchema } from '../../core/names/package-file-name.ts';
import { subdirSchema } from '../../core/names/subdir.ts';
import { GatehouseError } from '../../core/problems/error.ts';
import { sync, syncProblems } from '../../local/pipeline/sync.ts';
import { act } from '../simulator/produce.ts';
import { real } from '../simulator/real.ts';
import { calm, type Scenario } from '../simulator/scenario.ts';
import { atRest, runAlone, simulate } from '../simulator/simulate.ts';
import { newWorld } from '../simulator/world.ts';
import { lab, names, useLab } from '../support/cli/lab.ts';
import { small } from '../support/cli/start-lab.ts';
import { conda, listed } from '../support/gate-tables/refused-input.ts';
import { watchedBucket } from '../support/gate-tables/watched-bucket.ts';
import { soundConda } from '../support/packages/sound-package.ts';
import { type Fault, memoryStore, type StoreOperation } from '../twins/store-memory.ts';

useLab();

const demo = soundConda({ payload: [{ name: 'lib/x', data: 'text' }] });
const writes: readonly StoreOperation[] = ['put', 'publish', 'delete'];

/** A sync into a store in memory, whose so-manieth write goes wrong in this way; one that crashes does nothing more. */
async function syncInto(world: ReturnType<typeof watchedBucket>, what: Fault | 'crash' | null = null, at = 0) {
  let count = 0;
  const isMet = (isWrite: boolean) => (what === 'crash' ? count >= at : isWrite && count === at);
  const fault = (operation: StoreOperation): Fault | undefined => {
    const isWrite = writes.includes(operation);
    count += isWrite ? 1 : 0;
    if (what === null || !isMet(isWrite)) return undefined;
    return what === 'crash' ? 'broken' : what;
  };
  const store = memoryStore({ fault }, world.bucket);
  const { indexThreads: _, ...here } = lab.world;
  const report = await sync(lab.allowlist(['app']), { ...here, store }, () => {}, { yes: true }).catch((error) => {
    if (error instanceof GatehouseError && error.retry) return null;
    throw error;
  });
  return { report, count };
}

/** What clients get in the end. */
const served = ({ bucket }: ReturnType<typeof watchedBucket>) =>
  Object.fromEntries(
    [...bucket.objects]
      .filter(([key]) => /^(?:conda|simple)\//.test(key))
      .map(([key, { bytes }]) => [key, Buffer.from(bytes).toString('base64')])
      .sort(),
  );

describe('a fetch, its judgement, its publishing and the index', () => {
  it.each(['crash', 'broken', 'ambiguous', 'conflict'] as const)(
    'converge when one write of all is met by this: %s; and at no step is anything listed that is not there and let in',
    async (what) => {
      await lab.publish([small('app 1.0', ['lib']), small('lib 1.0')]);
      const calmly = watchedBucket();
      const { report, count } = await syncInto(calmly);
      expect([report && syncProblems(report), calmly.broken]).toEqual([[], []]);
      expect(count).toBeGreaterThan(15);
      for (let at = 1; at <= count; at += 1) {
        const world = watchedBucket();
        await syncInto(world, what, at);
        await syncInto(world);
        expect(world.broken, `${what} at write ${at}`).toEqual([]);
        expect(served(world), `${what} at write ${at}`).toEqual(served(calmly));
      }
    },
  );

  it('take the answer that was lost for done where the bytes are the same, and for an alarm where they are others', async () => {
    await lab.publish([listed(conda, demo)]);
    await lab.sync(lab.allowlist(['demo']));
    expect((await lab.sync(lab.allowlist(['demo']))).problems).toEqual([]);
    const key = packageKey('conda', subdirSchema.parse('linux-64'), packageFileNameSchema.parse(conda));
    await lab.world.store.put(key, soundConda());
    const report = await lab.sync(lab.allowlist(['demo']));
    expect(report.problems.join()).toMatch(/mutated/);
    expect(await names()).toEqual([]);
  });
});

const many = (change: Partial<Scenario>): Scenario => ({
  ...calm,
  packages: [
    { kind: 'upstream', script: ['change', 'remove'] },
    { kind: 'upstream', script: ['withdraw', 'reinstate'] },
    { kind: 'copied', script: ['delete', 'put'] },
    { kind: 'held', script: [] },
  ],
  stall: 0.12,
  ...change,
});

const seeds = Array.from({ length: 25 }, (_, at) => at + 1);
const all = async (change: Partial<Scenario>) => {
  const found: (string | null)[] = [];
  for (const seed of seeds) found.push(await simulate(real, many({ ...change, seed })));
  return found.filter((fault) => fault !== null);
};

describe('indexers, in simulated time, held to R1 to R12 at each step', () => {
  it.each<[string, Partial<Scenario>]>([
    [
      'messages twice and in any order, ten workers',
      { workers: 10, events: { duplicated: 1, dropped: 0, hinted: 0.5 } },
    ],
    [
      'two at once, each overtaken nine times in ten',
      { workers: 2, rivals: 0.9, events: { duplicated: 0.3, dropped: 0, hinted: 1 } },
    ],
    ['writes that were done and whose answer is lost', { workers: 3, faults: { ...calm.faults, ambiguous: 0.2 } }],
    ['workers that die', { workers: 3, faults: { ...calm.faults, crash: 0.02 } }],
    ['clocks that are 48 hours wrong', { workers: 4, skew: 48 * 3_600_000 }],
    [
      'a package that no reader can read',
      {
        workers: 3,
        packages: [
          { kind: 'poison', script: [] },
          { kind: 'upstream', script: ['change'] },
        ],
      },
    ],
  ])('%s', async (_, change) => {
    expect(await all(change)).toEqual([]);
  });

  it.each(['crash', 'broken'] as const)(
    '%s at any call: readers see one index or the other, and one run more repairs it',
    async (what) => {
      const scenario: Scenario = { ...calm, forms: 'all', packages: [{ kind: 'upstream', script: [] }] };
      for (let at = 1, calls = at; at <= calls; at++) {
        const world = newWorld(scenario);
        const [subject] = world.watch.packages;
        if (subject === undefined) throw new Error('one package');
        await act(world, subject, 'put');
        calls = 0;
        await runAlone(world, real, { fates: () => (++calls === at ? what : undefined) });
        await runAlone(world, real);
        atRest(world);
        expect(world.broken, `${what} at call ${at}`).toBeNull();
      }
    },
  );
});
