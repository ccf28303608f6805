import { beforeEach, describe, expect, it } from 'vitest';
import { defaultPolicy, waiverSchema } from '../../../core/documents/gate/policy.ts';
import type { Firing, GateVerdict } from '../../../core/documents/gate/verdict.ts';
import { keyOfVerdict } from '../../../core/documents/gate/verdict.ts';
import { parseJson } from '../../../core/json/json.ts';
import { recallKey } from '../../../core/layout/gate-keys.ts';
import { sha256Of } from '../../../core/names/digest.ts';
import { why } from '../../../core/steps/evidence/why.ts';
import { stagingStore } from '../../../core/store/staging-store.ts';
import { whyText } from '../../../local/render/why.ts';
import { entered, listedIn } from '../../support/gate/entered.ts';
import { judged, verdictOf } from '../../support/gate/judged.ts';
import { standingClock } from '../../support/gate/ledgers.ts';
import { key } from '../../support/store/objects.ts';
import { type MemoryStore, memoryStore } from '../../twins/store-memory.ts';

const firing = (code: string, verdict: Firing['verdict'], change: Partial<Firing> = {}): GateVerdict['checks'] => [
  { id: 'D1', version: 1, firings: [{ code, verdict, detail: `what ${code} found`, ...change }] },
];

let store: MemoryStore;
beforeEach(() => {
  store = memoryStore();
});

const ask = (name: string, version: string | null = null, policy = defaultPolicy) =>
  why({ name, version }, { store, channel: 'conda', clock: standingClock, allowlist: allowlistOf(policy) });

const allowlistOf = (policy: typeof defaultPolicy) => ({
  ...{
    name: 'gatehouse',
    channels: [],
    versions: 'newest' as const,
    platforms: [],
    python: [],
    indexes: [],
    reserved: [],
    condaNames: new Map(),
    mapping: null,
  },
  ...{ packageFormat: '.conda' as const, entries: [], environments: [], virtualPackages: {}, forms: [], policy },
});

const build = (number: number, change: Partial<GateVerdict>): GateVerdict =>
  verdictOf(1, { id: `noarch/p1-1.0-${number}.conda`, sha256: sha256Of(`build ${number}`), ...change });

describe('gatehouse why', () => {
  it('says of a served file who brought it, from where, and by which entries of the ledger', async () => {
    const request = { allowlist: sha256Of('list'), entries: ['p1 ==1.0'], reasons: ['for the course'] };
    const verdict = build(0, { request, published: { at: 1_780_000_000_000, by: 'indexed_timestamp' } });
    await judged(store, verdictOf(7));
    await judged(store, { ...verdict, verdict: 'hold' });
    await judged(store, verdict);
    await entered(verdict, store);
    await listedIn('noarch', [verdict], store);
    const { files } = await ask('P1');
    expect(files).toMatchObject([
      {
        ...{ id: verdict.id, side: 'channel', state: 'served', until: null, keptOut: null, recall: null, damaged: [] },
        source: { origin: 'upstream', from: 'https://conda.example/forge', firstSeen: 1_790_000_000_000 },
        ledger: [{ sequence: 2 }, { sequence: 3 }],
      },
    ]);
    const text = whyText({ files, versions: [], near: null });
    for (const told of [
      'served',
      'brought by p1 ==1.0',
      'reason: for the course',
      'conda.example/forge/noarch',
      '2026-05-28T',
    ])
      expect(text).toContain(told);
    expect(text).toContain('ledger: 2 judged hold');
  });

  it('says what holds a file, until when, or what line would end it', async () => {
    const until = standingClock.now() + 1000;
    await judged(store, build(0, { verdict: 'hold', checks: firing('C2.young', 'hold', { until }) }));
    const held = build(1, {
      verdict: 'hold',
      checks: firing('D1.link-script', 'hold', { sha256: sha256Of('script') }),
    });
    await judged(store, held);
    const report = await ask('p1');
    expect(report.files.map(({ state, until: end }) => [state, end])).toEqual([
      ['held', until],
      ['held', null],
    ]);
    const [young, script] = [...whyText(report).matchAll(/in "waivers": (\{.*\})$/gm)].map(([, line = '']) =>
      parseJson(line, waiverSchema, 'why'),
    );
    expect(young).toMatchObject({ check: 'C2.young', sha256: report.files[0]?.sha256 });
    expect(script).toMatchObject({ check: 'D1.link-script', sha256: sha256Of('script') });
    for (const waiver of [{ check: 'D1', sha256: held.sha256, reason: 'read it', expires: '2099-01-01' }, script]) {
      if (waiver === undefined) throw new TypeError('a held file has a line');
      const waived = await ask('p1', '1.0', { ...defaultPolicy, waivers: [waiver] });
      expect(waived.files[1]).toMatchObject({ now: { verdict: 'warn', waivers: [waiver] }, waiversToWrite: [] });
    }
  });

  it('tells what is recalled first, then what is rejected, and what is served last', async () => {
    const [served, recalled, rejected] = [
      build(0, {}),
      build(1, {}),
      build(2, { verdict: 'reject', checks: firing('A4.framing', 'reject') }),
    ];
    for (const verdict of [served, recalled, rejected]) await judged(store, verdict);
    await entered(served, store);
    await listedIn('noarch', [served, recalled], store);
    const recall = { version: 1, ids: [recalled.id], at: 5, reason: 'it phones home', check: null };
    await store.put(recallKey(recalled.sha256), Buffer.from(JSON.stringify(recall)));
    const { files } = await ask('p1');
    expect(files.map(({ state }) => state)).toEqual(['recalled', 'rejected', 'served']);
    expect(whyText({ files, versions: [], near: null })).toMatch(/recalled on 1970-01-01T00:00:00Z: it phones home/);
  });

  it('knows what is staged, kept out, gone, and never judged', async () => {
    const staged = build(0, {});
    await judged(stagingStore(store), staged);
    await entered(build(1, {}), store, { type: 'copied' });
    await entered(build(2, {}), store, { type: 'published', by: 'ci' });
    await store.delete(key('conda/noarch/p1-1.0-2.conda'));
    await entered(build(3, {}), store);
    const withdrawn = { 'p1-1.0-3.conda': { withdrawn: { at: 1, reason: 'nothing needs it' } } };
    await store.put(
      key('_gatehouse/control/conda/noarch.json'),
      Buffer.from(JSON.stringify({ version: 1, packages: withdrawn })),
    );
    const { files } = await ask('p1');
    const told = files.map(({ id, side, state, now }) => `${id.slice(-7, -6)} ${side} ${state} ${now?.verdict}`);
    expect(told).toEqual([
      '1 channel unlisted undefined',
      '3 channel withdrawn undefined',
      '0 staging gone pass',
      '2 channel gone undefined',
    ]);
  });

  it('counts a hold until the last that holds it ends, and not what only warns', async () => {
    const now = standingClock.now();
    const holding = [now + 1000, now + 3000, now + 2000].flatMap((until) => firing('C2.young', 'hold', { until }));
    const checks = [...holding, ...firing('D2.activation', 'warn')];
    await judged(store, build(0, { verdict: 'hold', checks }));
    expect((await ask('p1')).files).toMatchObject([{ state: 'held', until: now + 3000 }]);
  });

  it('knows that a recall has ended, and why a version is yanked', async () => {
    const verdict = build(0, {});
    await judged(store, verdict);
    await entered(verdict, store);
    const recall = { version: 1, ids: [verdict.id], at: 5, endedAt: 6, reason: 'it phones home', check: null };
    await store.put(recallKey(verdict.sha256), Buffer.from(JSON.stringify(recall)));
    const yanked = { 'p1-1.0-0.conda': { yank: { at: 1, reason: 'a newer one is out' } } };
    const control = { version: 1, packages: yanked };
    await store.put(key('_gatehouse/control/conda/noarch.json'), Buffer.from(JSON.stringify(control)));
    expect((await ask('p1')).files).toMatchObject([
      { state: 'yanked', keptOut: 'a newer one is out', recall: { endedAt: 6 } },
    ]);
  });

  it('takes for served, of one name, the very bytes that an index or a page lists', async () => {
    const [listed, other] = [build(0, {}), build(0, { sha256: sha256Of('other bytes') })];
    const wheel = 'simple/p1/p1-1.0-py3-none-any.whl';
    const [paged, gone] = [listed, other].map((one) => ({ ...one, id: wheel }));
    for (const one of [listed, other, paged, gone]) if (one !== undefined) await judged(store, one);
    await listedIn('noarch', [listed], store);
    const files = [{ filename: wheel.slice(10), url: wheel.slice(10), hashes: { sha256: listed.sha256 } }];
    const page = { meta: { 'api-version': '1.0' }, name: 'p1', files };
    await store.put(key('simple/p1/index.json'), Buffer.from(JSON.stringify(page)));
    const found = (await ask('p1')).files.map(({ id, sha256, state }) => [id, sha256, state]);
    expect(found).toEqual([
      [listed.id, other.sha256, 'gone'],
      [wheel, other.sha256, 'gone'],
      [listed.id, listed.sha256, 'served'],
      [wheel, listed.sha256, 'served'],
    ]);
  });

  it('has of bytes under two names the judgements of each name alone', async () => {
    const verdict = build(0, {});
    await judged(store, verdict);
    await judged(store, { ...verdict, id: 'linux-64/p1-1.0-0.conda' });
    const told = (await ask('p1')).files.map(({ id, ledger }) => [id, ledger.map(({ sequence }) => sequence)]);
    expect(told).toEqual([
      ['linux-64/p1-1.0-0.conda', [2]],
      ['noarch/p1-1.0-0.conda', [1]],
    ]);
  });

  it('tells what of it is damaged', async () => {
    const verdict = build(0, {});
    await judged(store, verdict);
    await store.put(keyOfVerdict(verdict.id, verdict.sha256), Buffer.from('{'));
    const { files } = await ask('p1');
    expect(files[0]?.damaged).toEqual([expect.stringContaining('is not JSON')]);
    expect(whyText({ files, versions: [], near: null })).toContain('gatehouse verify');
  });

  it('says which name or version may be meant where nothing is known of the asked one', async () => {
    await judged(store, verdictOf(1, { id: 'noarch/requests-2.0-0.conda' }));
    await judged(store, verdictOf(2, { id: 'simple/flask/flask-1.0-py3-none-any.whl' }));
    expect(await ask('reqeusts')).toEqual({ files: [], versions: [], near: 'requests' });
    expect(await ask('requests', '3.0')).toEqual({ files: [], versions: ['2.0'], near: null });
    expect((await ask('Flask', '1.0.0')).files).toHaveLength(1);
  });
});
