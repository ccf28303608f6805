import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { LastSync } from '../../core/documents/last-sync.ts';
import { keepPlan, type Plan } from '../../core/documents/plan.ts';
import type { Run } from '../../core/documents/run.ts';
import { canonicalJson, parseJson } from '../../core/json/json.ts';
import type { ObjectKey } from '../../core/layout/keys.ts';
import { allowlistKey, deployedKey, lastSyncKey, latestRunKey, proofKey, runKey } from '../../core/layout/keys.ts';
import { type Sha256, sha256Of } from '../../core/names/digest.ts';
import { subdirSchema } from '../../core/names/subdir.ts';
import { channelStatus, statusProblems } from '../../core/status/channel-status.ts';
import { isWell, statusJson, statusText } from '../../local/render/status.ts';
import { type CloudStatus, cloudProblems } from '../../local/world/cloud-status.ts';
import { deployedStack } from '../support/cloud/deployed-stack.ts';
import { emptyPlan } from '../support/empty-plan.ts';
import { key } from '../support/store/objects.ts';
import { memoryStore, newBucket } from '../twins/store-memory.ts';

const start = Date.UTC(2026, 10, 29, 20, 0);
const minute = 60_000;
const linux = subdirSchema.parse('linux-64');
const allowlist = JSON.stringify({ channels: ['https://a.example/x'], platforms: ['linux-64'], packages: ['a', 'b'] });

/** A store with documents at rest, and how it reads ten minutes after `start`. */
function scene() {
  let now = start;
  const clock = { now: () => now, sleep: async () => {}, random: () => 0 };
  const bucket = newBucket({ now: () => now });
  const store = memoryStore({}, bucket);
  const put = (at: ObjectKey, document: unknown, time = start) => {
    now = time;
    return store.put(at, Buffer.from(typeof document === 'string' ? document : canonicalJson(document)));
  };
  const shown = async (cloud: CloudStatus | null = null) => {
    now = start + 10 * minute;
    const status = await channelStatus({ store, channel: 'conda', clock });
    const problems = [...statusProblems(status), ...(cloud === null ? [] : cloudProblems(cloud))];
    return { store: 'STORE', status, cloud, problems, now };
  };
  const text = async (cloud?: CloudStatus) => statusText(await shown(cloud));
  return { store, put, shown, text };
}

const lastSync = (more: Partial<LastSync> = {}): LastSync => ({
  ...{ version: 1, allowlist: sha256Of(allowlist), startedAt: start, seenAt: start + 3 * minute, stage: 'ended' },
  ...{ files: { come: 2, of: 2 }, error: null },
  outcome: { fetched: 2, changed: 0, dropped: 0, problems: [], held: [], waiting: [] },
  ...more,
});

const proof = (installable: boolean) => {
  const entry = { platform: linux, pythons: [], explanation: null };
  const failing = { ...entry, entry: 'b', installable, explanation: installable ? null : 'nothing provides b' };
  return { version: 1, entries: [{ ...entry, entry: 'a', installable: true }, failing], pip: [] };
};

async function synced(more: Partial<LastSync> = {}) {
  const world = scene();
  await world.put(allowlistKey, allowlist);
  await world.put(proofKey('conda'), proof(true), start + 2 * minute);
  await world.put(lastSyncKey, lastSync(more), start + 3 * minute);
  return world;
}

const id = (text: string): Sha256 => sha256Of(text);

async function running(run: Partial<Run>, plan: Partial<Plan> | null = null, seenAt = start + 8 * minute) {
  const world = scene();
  await world.put(allowlistKey, allowlist);
  const planId = plan && (await keepPlan(world.store, { ...emptyPlan, ...plan }));
  const sha256 = sha256Of(allowlist);
  const whole = { version: 1, allowlist: sha256, patches: id('none'), startedAt: start, slices: 4, done: [0, 1, 2, 3] };
  await world.put(runKey(id('run')), { ...whole, plan: planId, stage: 'fetching', ...run }, seenAt);
  await world.put(latestRunKey, { version: 1, run: id('run') });
  return world;
}

/** What was cut at 80 columns, whole again. */
const onOneLine = (text: string): string => text.replaceAll(/\n {2}(?! )/g, ' ');

const calm = (more: Partial<CloudStatus> = {}): CloudStatus => ({
  deadLetters: [{ queue: 'plan', messages: 0 }],
  alarms: [],
  unread: [],
  ...more,
});

describe('status for a person', () => {
  it('says of a store that was never synced what fills it, and is not well', async () => {
    const world = scene();
    expect(await world.text()).toBe('STORE\nnever synced: gatehouse sync fills it from allowlist.json\n');
    expect(isWell(await world.shown())).toBe(false);
  });

  it('says how the last sync ended', async () => {
    const world = await synced();
    expect(await world.text()).toBe(
      [
        'STORE',
        'allowlist: 2 entries for linux-64',
        'last sync: by command, began 2026-11-29 20:00 UTC, ended 2026-11-29 20:03 UTC,',
        '  done, 2 of 2 files came',
        'proof: 2 of 2 install from this channel alone, as found 2026-11-29 20:02 UTC',
        '',
      ].join('\n'),
    );
    expect(isWell(await world.shown())).toBe(true);
  });

  it('says that one is under way, or was cut off, by when it was heard of', async () => {
    const at = { stage: 'fetching', outcome: null, files: { come: 1, of: 2 } } as const;
    const busy = await synced({ ...at, seenAt: start + 9 * minute });
    expect(await busy.text()).toContain(
      'under way: by command, began 2026-11-29 20:00 UTC, fetching, 1 of 2 files came\n  (heard of 1 minute ago)\n',
    );
    expect(isWell(await busy.shown())).toBe(true);
    const cut = await synced({ ...at, seenAt: start + 6 * minute });
    expect(onOneLine(await cut.text())).toContain(
      'last heard of 2026-11-29 20:06 UTC, did not end, 1 of 2 files came\n',
    );
    expect((await cut.shown()).problems.map(({ code }) => code)).toEqual(['sync.cut-off']);
    expect(isWell(await cut.shown())).toBe(false);
  });

  it('says what ended it, what is held and why, and what does not install', async () => {
    const waiting = { id: 'linux-64/a-2.0-0.conda', code: 'C2.young', detail: 'is 2 days old', until: start };
    const held = {
      code: 'gate.held',
      subject: 'linux-64/b-2.0-0.conda',
      detail: 'D1.link-script: runs',
      hint: 'gatehouse why b',
    };
    const outcome = { fetched: 1, changed: 0, dropped: 0, problems: [], held: [held], waiting: [waiting] };
    const world = await synced({ outcome });
    await world.put(proofKey('conda'), proof(false));
    expect(await world.text()).toMatch(
      new RegExp(
        [
          '1 file waits at the gate:',
          '  \\. linux-64/a-2\\.0-0\\.conda waits at the gate until 2026-11-29 20:00 UTC:',
          '    C2\\.young: is 2 days old',
          '1 held file:',
          '  gate\\.held: linux-64/b-2\\.0-0\\.conda',
          '      D1\\.link-script: runs',
          '      hint: gatehouse why b',
          '1 problem:',
          '  proof\\.unsolvable: b on linux-64',
          '      nothing provides b',
          '$',
        ].join('\n'),
      ),
    );
    const error = { code: 'store.broken', subject: 'the sync', detail: 'the disk is full' };
    const ended = await synced({ outcome: null, error });
    expect(await ended.text()).toContain('1 problem:\n  store.broken: the sync\n      the disk is full\n');
  });

  it('says how far a run of the cloud is, in each stage', async () => {
    const planning = await running({ stage: 'planning', done: [2] });
    expect(onOneLine(await planning.text())).toContain(
      'under way: a run of the cloud, began 2026-11-29 20:00 UTC, planning, 1 of 4 parts solved (heard of 2 minutes ago)\n',
    );
    const fetching = await running(
      { stage: 'fetching' },
      { add: ['linux-64/a-1.0-0.conda', 'linux-64/b-1.0-0.conda'] },
    );
    await fetching.put(key('conda/linux-64/a-1.0-0.conda'), 'a');
    expect(onOneLine(await fetching.text())).toContain(', fetching, 1 of 2 files came (');
    expect(isWell(await fetching.shown())).toBe(true);
    const around = await running({ stage: 'fetching-second', round: 2 }, {});
    expect(await around.text()).toContain('a run of the cloud, round 2, began');
    const altering = await running({ stage: 'altering' }, {});
    expect(await altering.text()).toContain('changing the index');
  });

  it('says of a run that has ended what did not come, and of a plan what it could not solve', async () => {
    const problem = { code: 'entry.unsolvable', subject: 'b on linux-64', detail: 'no candidates' };
    const plan = { add: ['linux-64/a-1.0-0.conda'], problems: [problem] };
    const world = await running({ stage: 'settled' }, plan);
    await world.put(proofKey('conda'), proof(false));
    const { problems, status } = await world.shown();
    // The proof tells of b too, which the plan told of already.
    expect(problems.map(({ code, subject }) => `${code} ${subject}`)).toEqual([
      'entry.unsolvable b on linux-64',
      'fetch.absent linux-64/a-1.0-0.conda',
    ]);
    expect([status.underWay, status.last?.seenAt]).toEqual([null, start + 8 * minute]);
  });

  it('tells of the last run that settled beside the one under way', async () => {
    const world = await running({ stage: 'planning', done: [] });
    const before = { version: 1, allowlist: id('x'), patches: id('none'), startedAt: start - 60 * minute, slices: 0 };
    for (const [name, stage, at] of [
      ['older', 'settled', -50],
      ['old', 'settled', -40],
      ['superseded', 'planning', -30],
    ] as const)
      await world.put(runKey(id(name)), { ...before, done: [], plan: null, stage }, start + at * minute);
    const { status } = await world.shown();
    expect([status.underWay?.run, status.last?.run]).toEqual([id('run'), id('old')]);
  });

  it('goes on where a plan was pruned, or the allowlist cannot be read', async () => {
    const world = await running({ stage: 'settled', plan: id('pruned') });
    await world.put(allowlistKey, '{');
    const { status, problems } = await world.shown();
    expect(status.last?.files).toBeNull();
    expect(problems.map(({ code }) => code)).toEqual(['allowlist.invalid']);
  });
});

describe('status of a bucket that a stack fills', () => {
  it('has its stack, dead letters and alarms, each with the section of the runbook', async () => {
    const world = await running({ stage: 'settled' }, {});
    await world.put(
      deployedKey,
      deployedStack({ allowlist: sha256Of(allowlist), channelUrl: 'https://c.example/conda' }),
    );
    const says = 'Plan: messages were given up. See docs/operations.md, "A dead-letter queue is not empty".';
    const alarms = [{ name: 'PlanDeadLettersAlarm', says, since: start }];
    expect(await world.text(calm({ deadLetters: [{ queue: 'plan', messages: 2 }], alarms }))).toBe(
      [
        'STORE, filled by the stack Gatehouse in eu-west-1, served at',
        '  https://c.example/conda',
        'allowlist: 2 entries for linux-64',
        'last sync: a run of the cloud, began 2026-11-29 20:00 UTC, ended 2026-11-29',
        '  20:08 UTC, settled, 0 of 0 files came',
        'dead letters: 2',
        'alarms: 1 of 2 gone off',
        '2 problems:',
        '  status.dead-letters: plan dead letters',
        '      2 messages were given up',
        '      hint: look at them as docs/operations.md says under Redrive',
        '  status.alarm: PlanDeadLettersAlarm',
        '      Plan: messages were given up. See docs/operations.md, "A dead-letter queue',
        '        is not empty".',
        '',
      ].join('\n'),
    );
    expect(await world.text(calm())).toContain('dead letters: none\nalarms: none of 2 gone off\n');
    expect(isWell(await world.shown(calm()))).toBe(true);
  });

  it('says in a line what these credentials may not read, and is as well as the rest', async () => {
    const world = await running({ stage: 'settled' }, {});
    await world.put(deployedKey, deployedStack({ allowlist: sha256Of(allowlist) }));
    const unread = [{ code: 'status.unread', subject: 'alarms', detail: 'could not be read: no', hint: 'ask' }];
    const cloud = calm({ alarms: null, unread });
    expect(await world.text(cloud)).toMatch(/dead letters: none\nalarms could not be read: no; hint: ask\n$/);
    expect(isWell(await world.shown(cloud))).toBe(true);
  });

  it('shows nothing that acts on a terminal, whoever wrote it', async () => {
    const { put, text } = await synced();
    const acting = '\u001b]0;x\u0007\u202e';
    await put(
      deployedKey,
      deployedStack({ stack: `S${acting}`, dashboard: `D${acting}`, allowlist: sha256Of(allowlist) }),
    );
    const unread = [{ code: 'status.unread', subject: 'alarms', detail: `no${acting}`, hint: `h${acting}` }];
    const shown = await text({ deadLetters: [], alarms: null, unread });
    expect(shown).toContain('filled by the stack S');
    expect(shown.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Cf}]/u);
  });

  it('says that the allowlist there is not the deployed one', async () => {
    const world = await running({ stage: 'settled' }, {});
    await world.put(deployedKey, deployedStack());
    expect((await world.shown(calm())).problems.map(({ code }) => code)).toEqual(['sync.deployed']);
  });

  it('is the same facts as JSON', async () => {
    const world = await running({ stage: 'fetching' }, { add: ['linux-64/a-1.0-0.conda'] });
    await world.put(deployedKey, deployedStack({ allowlist: sha256Of(allowlist) }));
    const cloud = calm({ alarms: [{ name: 'x', says: 'y', since: null }] });
    const document = parseJson(statusJson(await world.shown(cloud)), z.record(z.string(), z.unknown()), 'stdout');
    expect(document).toMatchObject({
      ...{ store: 'STORE', well: false, last: null, proof: null },
      allowlist: { sha256: sha256Of(allowlist), entries: 2, platforms: ['linux-64'] },
      underWay: {
        ...{ by: 'cloud', run: id('run'), round: 1, stage: 'fetching', startedAt: start, seenAt: start + 8 * minute },
        ...{ slices: { done: 4, of: 4 }, files: { done: 0, of: 1 }, problems: [], held: [], waiting: [] },
      },
      stack: { stack: 'Gatehouse' },
      cloud,
      problems: [{ code: 'status.alarm', subject: 'x', detail: 'y' }],
    });
  });
});
