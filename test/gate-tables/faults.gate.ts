import { gzipSync } from 'node:zlib';
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
import { damage, day, lab, names, useLab } from '../support/cli/lab.ts';
import { small } from '../support/cli/start-lab.ts';
import { conda, keptOut, listed, publicPlaces, syncBeside } from '../support/gate-tables/refused-input.ts';
import { watchedBucket } from '../support/gate-tables/watched-bucket.ts';
import { soundConda } from '../support/packages/sound-package.ts';
import { type Answer, cut, mislabelled, ok } from '../support/upstream/test-upstream.ts';
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

describe('an upstream that fails', () => {
  const answered = (...answers: Answer[]) => {
    let at = 0;
    lab.intercept = (request, response, next) => {
      if (!request.url?.endsWith(conda)) return next();
      const answer = answers[Math.min(at, answers.length - 1)];
      at += 1;
      return void answer?.(response, request);
    };
  };
  const asked = () => lab.upstream.requests.filter((request) => request.endsWith(conda)).length;

  it('by 429 and then by 503: it is waited for as long as it says, asked a few times, and nothing else is lost', async () => {
    const waits: number[] = [];
    const { clock } = lab.world;
    Object.assign(clock, { sleep: async (ms: number) => void waits.push(ms) });
    answered(
      (response) => void response.writeHead(429, { 'retry-after': '7' }).end(),
      (response) => void response.writeHead(503).end(),
    );
    const { sound, ...report } = await syncBeside([listed(conda, demo)]);
    expect(keptOut(report)).toHaveLength(1);
    expect(waits.some((ms) => ms >= 7000 && ms < 60_000)).toBe(true);
    expect(asked()).toBeLessThanOrEqual(18);
    expect(await names()).toEqual([sound]);
    lab.intercept = null;
    expect((await syncBeside([listed(conda, demo)])).problems).toEqual([]);
    expect(await damage()).toEqual([]);
  });

  it.each<[string, Answer]>([
    ['a short body', ok(demo.subarray(0, -9))],
    ['a body that is cut', cut(demo.subarray(0, 99), demo.length)],
    ['another length than it sends', mislabelled(demo, demo.length + 5)],
    ['a body that it compressed', ok(gzipSync(demo), { 'content-encoding': 'gzip' })],
    ['a body that it compressed without a word', ok(gzipSync(demo))],
  ])('by %s: nothing of it is served, and the next run brings it', async (_, answer) => {
    answered(answer);
    const { sound, ...report } = await syncBeside([listed(conda, demo)]);
    const came = (await names()).includes(conda);
    // What arrives as the record says, whatever it took on its way, is what was asked for.
    if (!came) expect(keptOut(report)).toHaveLength(1);
    expect(await names()).toContain(sound);
    expect(await publicPlaces(demo)).toHaveLength(came ? 1 : 0);
    lab.intercept = null;
    await lab.sync(lab.allowlist(['sound', 'demo']));
    expect(await names()).toContain(conda);
    expect(await damage()).toEqual([]);
  });

  it('by an index of days ago: nothing that is served leaves for it', async () => {
    await lab.publish([small('demo 1.0'), small('demo 2.0')]);
    await lab.sync(lab.allowlist(['demo']));
    await lab.publish([small('demo 1.0')]);
    const report = await lab.sync(lab.allowlist(['demo']));
    expect(report.problems).toEqual([]);
    expect(report.applied).toEqual({ changed: [], dropped: [], hotfixed: [] });
    expect([await names(), await lab.removed()]).toEqual([['demo-1.0-0.conda', 'demo-2.0-0.conda'], []]);
    expect(await damage()).toEqual([]);
  });

  it('by taking a file away: that is recorded, the index drops it, and the bytes go long after', async () => {
    await lab.publish([small('demo 1.0'), small('other 1.0')]);
    await lab.sync(lab.allowlist(['demo', 'other']));
    await lab.publish([small('other 1.0')]);
    const report = await lab.sync(lab.allowlist(['other']));
    expect(report.applied.dropped).toEqual(['linux-64/demo-1.0-0.conda']);
    expect(await names()).toEqual(['other-1.0-0.conda']);
    expect(await lab.removed()).toContain('demo-1.0-0.conda');
    expect(await damage()).toEqual([]);
  });

  it('in a way that nobody thought of: that file is named, the others come', async () => {
    await lab.publish([small('sound 1.0'), listed(conda, demo)]);
    const fetch: typeof lab.world.fetch = async (url, ...rest) => {
      if (url.endsWith(conda)) throw new TypeError('no such thing');
      return lab.world.fetch(url, ...rest);
    };
    const report = await sync(lab.allowlist(['sound', 'demo']), { ...lab.world, fetch }, () => {}, { yes: true });
    expect(report.failed).toMatchObject([
      { subject: `linux-64/${conda}`, detail: expect.stringContaining('internal.bug') },
    ]);
    expect(await names()).toEqual(['sound-1.0-0.conda']);
    expect(lab.now).toBeLessThan(Date.UTC(2026, 0, 1) + day);
  });
});
