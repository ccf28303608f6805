import { describe, expect, it } from 'vitest';
import { readRecall } from '../../../core/documents/gate/recalled.ts';
import { readVerdict } from '../../../core/documents/gate/verdict.ts';
import { parseJson } from '../../../core/json/json.ts';
import { openedKey, recalledKey } from '../../../core/layout/gate-keys.ts';
import { ledgerEntrySchema } from '../../../core/ledger/ledger-entry.ts';
import type { Log } from '../../../core/ports/log.ts';
import { type ErrorCode, GatehouseError } from '../../../core/problems/error.ts';
import type { ProjectFile } from '../../../core/python-index/project-file.ts';
import type { FilesOf } from '../../../core/recall/upstream-word.ts';
import { sweep } from '../../../core/steps/sweep.ts';
import { malicious, sweepScene } from '../../support/recall/sweep-scene.ts';
import { key } from '../../support/store/objects.ts';

const wheel = 'demo-1.0-py3-none-any.whl';
const made = 'demo-1.0-pypi_0.conda';
const other = 'other-1.0-0.conda';
const unreachable = { status: 'unreachable', detail: 'no answer' } as const;

/** A channel with demo 1.0, as a wheel and as the package made of it, and another package. */
async function served(options: Parameters<typeof sweepScene>[0] = {}) {
  const scene = await sweepScene(options);
  const { provenance } = await scene.release(wheel);
  await scene.conda(other, [], { type: 'upstream', channel: 'https://x.test/c', url: 'https://x.test/c/o' });
  await scene.index();
  await scene.forgetGate();
  return { ...scene, wheelSha256: provenance.sha256 };
}

const ledgerOf = (scene: Awaited<ReturnType<typeof served>>) =>
  scene
    .keys('_gatehouse/ledger/0')
    .map((at) => parseJson(scene.text(at), ledgerEntrySchema, at))
    .map(({ event, id, verdict }) => `${event} ${id} ${verdict}`);

describe('a sweep', () => {
  it('judges what has no verdict, and says that the store is open', async () => {
    const scene = await served();
    const report = await scene.sweep();
    expect(report).toMatchObject({ finished: true, checked: 3, judged: 3, recalled: [], problems: [], uncovered: 1 });
    expect(scene.keys('_gatehouse/verdicts/')).toHaveLength(3);
    expect(scene.store.objects.has(openedKey)).toBe(true);
    expect(await scene.sweep()).toMatchObject({ checked: 3, judged: 0, problems: [], changed: [] });
  });

  it('takes back what became known as malicious: out of every index form, its address and the metadata gone, its bytes kept', async () => {
    const scene = await served();
    await scene.sweep();
    scene.advise('demo', malicious(['1.0']));
    scene.laterBy(1);
    const report = await scene.sweep();
    expect(report.recalled.map(({ id }) => id).sort()).toEqual([`noarch/${made}`, `simple/demo/${wheel}`]);
    expect(report.problems.map(({ code }) => code)).toEqual(['sweep.bad-file', 'sweep.bad-file']);
    expect(scene.listed()).toEqual([other]);
    for (const form of scene.keys('conda/').filter((at) => at.endsWith('.json') && !at.endsWith('notices.json'))) {
      // CEP 36: `removed` names what is gone.
      expect(scene.text(form).replace(/"removed":.*?\]/, ''), form).not.toMatch(/"demo-1.0|"demo":/);
    }
    expect(scene.keys('simple/demo/')).toEqual(['simple/demo/index.html', 'simple/demo/index.json']);
    expect(scene.keys('conda/noarch/').filter((at) => at.endsWith('.conda'))).toEqual([`conda/noarch/${other}`]);
    expect(scene.store.objects.has(recalledKey(scene.wheelSha256))).toBe(true);
    expect((await readRecall(scene.store, scene.wheelSha256))?.value).toMatchObject({
      ids: [`simple/demo/${wheel}`],
      check: 'C3',
      reason: 'C3.malicious: MAL-2026-1, of demo 1.0: steals tokens',
    });
    expect((await readVerdict(scene.store, `simple/demo/${wheel}`, scene.wheelSha256))?.value.verdict).toBe('reject');
    expect(ledgerOf(scene)).toContain(`recalled simple/demo/${wheel} reject`);
    expect(report.changed).toContain(`simple/demo/${wheel}.metadata`);
    expect(await scene.damage()).toEqual([]);
  });

  it('says so to clients: a notice that ends, and a page in quarantine where no other file is left', async () => {
    const scene = await served();
    scene.advise('demo', malicious(['1.0']));
    await scene.sweep();
    const { notices } = JSON.parse(scene.text('conda/notices.json'));
    expect(notices).toHaveLength(1);
    expect(notices[0]).toMatchObject({
      level: 'critical',
      message: expect.stringMatching(/^demo 1\.0 was recalled from this channel\./),
      created_at: '2027-01-15T08:00:00+00:00',
      expires_at: '2027-02-15T08:00:00+00:00',
      expired_at: '2027-02-15T08:00:00+00:00',
    });
    const page = JSON.parse(scene.page('demo', 'index.json') ?? '');
    expect(page).toMatchObject({ files: [], 'project-status': { status: 'quarantined' } });
    expect(scene.page('demo', 'index.html')).toContain('<meta name="pypi:project-status" content="quarantined">');
    scene.laterBy(32);
    await scene.sweep();
    expect(JSON.parse(scene.text('conda/notices.json'))).toEqual({ notices: [] });
  });

  it('says so with the recall, and not when all was looked at', async () => {
    const scene = await served();
    scene.advise('demo', malicious(['1.0']));
    const log: Log = ({ type }) => {
      if (type === 'sweep.checked') throw new Error('cut off');
    };
    await expect(sweep({ ...scene.worldOf(), log })).rejects.toThrow('cut off');
    expect(scene.text('conda/notices.json')).toContain('demo 1.0 was recalled');
  });

  it('drops a file from a page that has another, and puts the project in no quarantine', async () => {
    const scene = await served();
    await scene.mirror('demo-2.0-py3-none-any.whl');
    await scene.index();
    scene.advise('demo', malicious(['1.0']));
    await scene.sweep();
    const page = JSON.parse(scene.page('demo', 'index.json') ?? '');
    expect(page.files.map(({ filename }: { filename: string }) => filename)).toEqual(['demo-2.0-py3-none-any.whl']);
    expect(page).not.toHaveProperty('project-status');
    expect(scene.page('demo', 'index.html')).not.toContain('pypi:project-status');
  });

  it('changes nothing where the advisories cannot be had: what is there stays, and nothing is recorded as passing', async () => {
    const scene = await served();
    const before = scene.keys('');
    const report = await scene.sweep({}, unreachable);
    expect(report.problems.map(({ code }) => code)).toEqual(['gate.advisories']);
    expect(scene.keys('')).toEqual(before);
    await scene.sweep();
    scene.advise('demo', malicious(['1.0']));
    expect(await scene.sweep({}, unreachable)).toMatchObject({ recalled: [] });
    expect(scene.listed()).toEqual([made, other].sort());
  });

  it('recalls by C4 where the policy enforces it, and only counts it where it does not', async () => {
    const scene = await served();
    await scene.sweep();
    scene.advise('demo', malicious(['1.0'], { id: 'PYSEC-2024-1', malicious: false, score: 9.8 }));
    expect(await scene.sweep()).toMatchObject({ recalled: [], problems: [], codes: { 'C4.severe': 2 } });
    const enforced = await scene.sweep({ modes: new Map([['C4', 'enforce']]) });
    expect(enforced.recalled).toHaveLength(2);
  });

  it('releases nothing that another check holds by now, though the advisory is withdrawn', async () => {
    const scene = await served();
    scene.advise('demo', malicious(['1.0']));
    await scene.sweep();
    const severe = malicious(['1.0'], { id: 'PYSEC-2024-1', malicious: false, score: 9.8 });
    scene.advise('demo', malicious(['1.0'], { withdrawn: 2 }), severe);
    expect(await scene.sweep({ modes: new Map([['C4', 'enforce']]) })).toMatchObject({ released: [] });
    expect(JSON.parse(scene.text(`_gatehouse/recalled/${scene.wheelSha256}.json`))).not.toHaveProperty('endedAt');
    expect(scene.listed()).toEqual([other]);
    expect((await scene.sweep()).released).toHaveLength(2);
  });

  it('releases what it recalled once the advisory is withdrawn, metadata and all, and both indexes list it again', async () => {
    const scene = await served();
    const files = scene.keys('simple/demo/');
    scene.advise('demo', malicious(['1.0']));
    await scene.sweep();
    scene.advise('demo', malicious(['1.0'], { withdrawn: 2 }));
    const report = await scene.sweep();
    expect([...report.released].sort()).toEqual([`noarch/${made}`, `simple/demo/${wheel}`]);
    expect(report).toMatchObject({ recalled: [], problems: [] });
    expect(scene.keys('simple/demo/')).toEqual(files);
    expect(scene.listed()).toEqual([made, other].sort());
    expect(JSON.parse(scene.page('demo', 'index.json') ?? '')).not.toHaveProperty('project-status');
    expect(JSON.parse(scene.text('conda/notices.json'))).toEqual({ notices: [] });
    expect(ledgerOf(scene)).toContain(`released simple/demo/${wheel} pass`);
    expect((await readRecall(scene.store, scene.wheelSha256))?.value.endedAt).toBe(scene.clock.now());
    expect(await scene.damage()).toEqual([]);
    expect(await scene.sweep()).toMatchObject({ released: [], recalled: [], changed: [] });
  });

  it('asks the index of a file for pip: yanked or gone is told, quarantine recalls, until the index ends it', async () => {
    const scene = await served();
    const { provenance } = await scene.mirror('else-1.0-py3-none-any.whl');
    await scene.index();
    await scene.sweep();
    const id = 'simple/else/else-1.0-py3-none-any.whl';
    const asked = async (filesOf: FilesOf) => sweep({ ...scene.worldOf(), filesOf });
    const file = {
      ...provenance,
      url: 'https://x.test/f',
      page: 'https://x.test/',
      requiresPython: null,
      metadata: true,
    };
    const page =
      (more: Partial<ProjectFile> = {}) =>
      async (): Promise<ProjectFile[]> => [{ ...file, yanked: false, ...more }];
    expect(await asked(page())).toMatchObject({ recalled: [], problems: [] });
    expect((await asked(page({ yanked: 'broken' }))).codes).toMatchObject({ 'C5.yanked': 1 });
    expect((await asked(async () => [])).codes).toMatchObject({ 'C5.yanked': 1 });
    const failing = (code: ErrorCode) => async () => {
      throw new GatehouseError(code, 'no');
    };
    expect(await asked(failing('upstream.unreachable'))).toMatchObject({ recalled: [] });
    expect((await asked(failing('upstream.quarantined'))).recalled.map((one) => one.id)).toEqual([id]);
    for (const still of [failing('upstream.quarantined'), failing('upstream.unreachable')]) {
      expect(await asked(still)).toMatchObject({ released: [], recalled: [] });
    }
    expect((await scene.sweep()).released).toEqual([]);
    expect(await asked(page())).toMatchObject({ released: [id], recalled: [] });
  });

  it('keeps what it could not read of its own as it is, and tells of it', async () => {
    const scene = await served();
    await scene.sweep();
    const [verdict = ''] = scene.keys('_gatehouse/verdicts/simple/');
    await scene.store.put(key(verdict), Buffer.from('{'));
    const report = await scene.sweep();
    expect(report.problems).toMatchObject([{ code: 'json.invalid', subject: `simple/demo/${wheel}` }]);
    expect(scene.keys('simple/demo/')).toContain(`simple/demo/${wheel}`);
  });
});
