import { beforeEach, describe, expect, it } from 'vitest';
import { readStoredPatches } from '../../../../core/documents/patches/stored-patches.ts';
import type { Plan } from '../../../../core/documents/plan.ts';
import { type Run, runSchema } from '../../../../core/documents/run.ts';
import { emptySimplePlan } from '../../../../core/documents/simple/simple-plan.ts';
import { canonicalJson, parseJson } from '../../../../core/json/json.ts';
import { allowlistKey, latestRunKey, objectKeySchema, planKey, runKey } from '../../../../core/layout/keys.ts';
import { type Sha256, sha256Of } from '../../../../core/names/digest.ts';
import { advanceRun } from '../../../../core/steps/cloud-run/advance.ts';
import { emptyPlan } from '../../../support/empty-plan.ts';
import { type Bucket, memoryStore, newBucket } from '../../../twins/store-memory.ts';

const allowlist = JSON.stringify({ channels: ['https://up.invalid'], platforms: ['linux-64'], packages: ['a'] });
const plan: Plan = {
  ...emptyPlan,
  add: ['linux-64/new-1-0.conda', 'linux-64/twin-1-0.conda'],
  drop: ['linux-64/old-1-0.conda'],
  second: ['linux-64/twin-1-0.conda'],
  decisions: { 'linux-64': { 'old-1-0.conda': { why: ['a'] }, 'new-1-0.conda': { why: ['a'] } } },
  alterations: { 'linux-64': { 'old-1-0.conda': { why: ['a'], withdrawn: { at: 1, reason: 'gone' } } } },
};
const planBytes = Buffer.from(canonicalJson(plan));
const planId = sha256Of(planBytes);
const id = sha256Of('run');
const run: Run = {
  version: 1,
  allowlist: sha256Of(allowlist),
  patches: (await readStoredPatches(memoryStore())).sha256,
  startedAt: 0,
  slices: 1,
  done: [0],
  plan: planId,
  stage: 'fetching',
};
const control = objectKeySchema.parse('_gatehouse/control/conda/linux-64.json');
const projectControl = objectKeySchema.parse('_gatehouse/control/simple/demo.json');

let bucket: Bucket;
let sent: { later: string[]; jobs: string[]; queue: string[] };
let now: number;
const put = (key: string, value: Uint8Array | string) =>
  memoryStore({}, bucket).put(objectKeySchema.parse(key), Buffer.from(value));
const arrive = (name: string) => put(`conda/linux-64/${name}-1-0.conda`, 'bytes');
const decided = () => JSON.parse(Buffer.from(bucket.objects.get(control)?.bytes ?? []).toString() || 'null')?.packages;
const stage = () => parseJson(String(Buffer.from(bucket.objects.get(runKey(id))?.bytes ?? [])), runSchema, 'run').stage;

beforeEach(async () => {
  bucket = newBucket();
  sent = { later: [], jobs: [], queue: [] };
  now = 0;
  await put(allowlistKey, allowlist);
  await put(planKey(planId), planBytes);
  await put(runKey(id), canonicalJson(run));
  await put(latestRunKey, canonicalJson({ version: 1, run: id }));
});

const settle = (options: Parameters<typeof memoryStore>[0] = {}, which: Sha256 = id) =>
  advanceRun(which, {
    store: memoryStore(options, bucket),
    channel: 'conda',
    clock: { now: () => now, sleep: async () => {}, random: () => 0 },
    queue: { send: async (messages) => void sent.queue.push(...messages) },
    later: { send: async (messages) => void sent.later.push(...messages) },
    jobs: { send: async (messages) => void sent.jobs.push(...messages) },
  });

const day = 24 * 60 * 60 * 1000;
const again = JSON.stringify({ type: 'settle', run: id });

describe('settling', () => {
  it('decides at once, sends for second formats when the others are there, alters when all is', async () => {
    expect(await settle()).toMatchObject({ status: 'waiting', missing: plan.add });
    expect(decided()).toEqual(plan.decisions['linux-64']);
    expect(sent).toEqual({ later: [again], jobs: [], queue: [] });
    await arrive('new');
    expect(await settle()).toMatchObject({ status: 'waiting', missing: plan.second });
    expect(await settle()).toMatchObject({ status: 'waiting' });
    expect(sent.jobs).toEqual([JSON.stringify({ plan: planId, artifact: 'linux-64/twin-1-0.conda', part: 0 })]);
    expect(decided()['old-1-0.conda'].withdrawn).toBeUndefined();
    await arrive('twin');
    expect(await settle()).toMatchObject({ status: 'settled', applied: { dropped: plan.drop } });
    expect(decided()['old-1-0.conda'].withdrawn).toEqual({ at: 1, reason: 'gone' });
    expect(stage()).toBe('settled');
  });

  it('comes to an end: after two days what is missing is told, and nothing was altered', async () => {
    await arrive('new');
    now = 2 * day;
    expect(await settle()).toMatchObject({ status: 'given up', missing: plan.second });
    expect(sent.later).toEqual([]);
    expect(decided()['old-1-0.conda'].withdrawn).toBeUndefined();
    await arrive('twin');
    expect(await settle()).toMatchObject({ status: 'settled', applied: { dropped: [] } });
    expect(decided()['old-1-0.conda'].withdrawn).toBeUndefined();
  });

  it.each([
    ['a later run', () => put(latestRunKey, canonicalJson({ version: 1, run: sha256Of('later') }))],
    ['another allowlist', () => put(allowlistKey, `${allowlist} `)],
    ['another hotfix', () => put('_gatehouse/patches/noarch.json', '{"patch_instructions_version":1}')],
  ])('%s supersedes it', async (_, happen) => {
    await Promise.all([arrive('new'), arrive('twin')]);
    await happen();
    expect(await settle()).toMatchObject({ status: 'superseded' });
    expect([decided(), sent.later]).toEqual([undefined, []]);
  });

  it('a later run that comes between reading control and writing it is not written over', async () => {
    await Promise.all([arrive('new'), arrive('twin')]);
    const supersede = async (operation: string, key: string) => {
      if (operation === 'read whole' && key === control) {
        await put(latestRunKey, canonicalJson({ version: 1, run: sha256Of('later') }));
      }
    };
    await settle({ before: supersede });
    expect(decided()).toBeUndefined();
  });

  it('who looked too early and then stalled puts no decision back over an alteration', async () => {
    const { promise: stalled, resolve: resume } = Promise.withResolvers<void>();
    const { promise: reached, resolve: reach } = Promise.withResolvers<void>();
    const slow = settle({
      before(operation, key) {
        if (operation !== 'put' || key !== control) return;
        reach();
        return stalled;
      },
    });
    await reached;
    await Promise.all([arrive('new'), arrive('twin')]);
    const fast = settle({
      async before(operation, key) {
        // Just after it altered, before it could say that it is done.
        if (operation !== 'put' || key !== runKey(id) || decided()?.['old-1-0.conda']?.withdrawn === undefined) return;
        resume();
        await slow;
      },
    });
    expect(await fast).toMatchObject({ status: 'settled' });
    expect(decided()['old-1-0.conda'].withdrawn).toEqual({ at: 1, reason: 'gone' });
    expect(stage()).toBe('settled');
  });

  it('cut off while it altered, it is finished though something went missing since', async () => {
    await put(runKey(id), canonicalJson({ ...run, stage: 'altering' }));
    expect(await settle()).toMatchObject({ status: 'settled', applied: { dropped: plan.drop } });
    expect(decided()['old-1-0.conda'].withdrawn).toEqual({ at: 1, reason: 'gone' });
  });

  const file = 'simple/demo/demo-1.0-py3-none-any.whl';

  it.each([
    ['metadata', `${file}.metadata`, file],
    ['file, which lost its metadata once', file, `${file}.metadata`],
  ])(
    'waits for files for pip too, also where there is the %s, and then withdraws those that leave',
    async (_, there, other) => {
      const gone = { why: ['a'], withdrawn: { at: 1, reason: 'gone' } };
      const forPip: Plan = {
        ...emptyPlan,
        simple: {
          ...emptySimplePlan,
          add: [file],
          drop: ['simple/demo/demo-0.9-py3-none-any.whl'],
          decisions: { demo: { 'demo-1.0-py3-none-any.whl': { why: ['a'] } } },
          alterations: { demo: { 'demo-0.9-py3-none-any.whl': gone } },
        },
      };
      const bytes = Buffer.from(canonicalJson(forPip));
      await put(planKey(sha256Of(bytes)), bytes);
      await put(runKey(id), canonicalJson({ ...run, plan: sha256Of(bytes) }));
      const files = () =>
        JSON.parse(Buffer.from(bucket.objects.get(projectControl)?.bytes ?? []).toString() || '{}').files;
      await put(there, 'bytes');
      expect(await settle()).toMatchObject({ status: 'waiting', missing: [file] });
      expect(files()).toEqual(forPip.simple.decisions['demo']);
      await put(other, 'bytes');
      expect(await settle()).toMatchObject({ status: 'settled', applied: { dropped: forPip.simple.drop } });
      expect(files()).toEqual({ ...forPip.simple.decisions['demo'], 'demo-0.9-py3-none-any.whl': gone });
    },
  );
});
