import { describe, expect, it } from 'vitest';
import { advise, allowing, onPypi, sweepAt, syncAt, uploaded } from '../support/advisories/incident.ts';
import { osvRecord } from '../support/advisories/osv-export.ts';
import { names, useLab } from '../support/cli/lab.ts';

useLab();

/** No cool-down: what is behind it, should somebody have switched it off, or an attack have gone unseen for a week. */
const atOnce = { coolDown: { days: 0, local: true } };
const served = async () => (await names('noarch')).map((fileName) => fileName.replace(/-pypi_.*$/, '')).sort();

describe('litellm 1.82.7 and 1.82.8, of 24 March 2026: for 2 h 32 min on PyPI', () => {
  const before = uploaded('litellm-1.82.6-py3-none-any.whl', '2026-03-10T08:00:00Z');
  const first = uploaded('litellm-1.82.7-py3-none-any.whl', '2026-03-24T10:39:00Z');
  const pth = { 'litellm_init.pth': 'import os; os.system("curl https://models.litellm.cloud")\n' };
  const second = uploaded('litellm-1.82.8-py3-none-any.whl', '2026-03-24T10:52:00Z', { files: pth });
  const entries = [{ pypi: 'litellm' }];
  /** As PyPA published it: no score, no word of malice but in its text. */
  const pysec = osvRecord({
    ...{
      id: 'PYSEC-2026-2',
      project: 'litellm',
      at: Date.parse('2026-03-24T15:35:32Z'),
      versions: ['1.82.7', '1.82.8'],
    },
    ...{ range: ['1.82.7', '1.82.9'] as const },
    more: { summary: 'Two litellm versions published containing credential harvesting malware' },
  });
  const mal = osvRecord({
    ...{
      id: 'MAL-2026-2144',
      project: 'litellm',
      at: Date.parse('2026-03-24T11:15:14Z'),
      versions: ['1.82.7', '1.82.8'],
    },
    more: { aliases: ['PYSEC-2026-2'] },
  });

  it('wait for a week, and the release before them is taken; when they are gone nothing happens', async () => {
    await onPypi({ litellm: [before, first, second] });
    const allowlist = allowing(entries);
    const taken = ['simple/litellm/litellm-1.82.6-py3-none-any.whl'];
    await advise('2026-03-24T11:00:00Z');
    const during = await syncAt('2026-03-24T11:00:00Z', allowlist);
    expect(during).toMatchObject({ add: expect.arrayContaining(taken), problems: [], held: [] });
    expect(during.waiting).toContain('C2.young simple/litellm/litellm-1.82.8-py3-none-any.whl');
    await onPypi({ litellm: [before] });
    await advise('2026-03-24T18:00:00Z', mal, pysec);
    expect(await syncAt('2026-03-24T18:00:00Z', allowlist)).toMatchObject({
      add: [],
      waiting: [],
      problems: [],
      held: [],
    });
    expect(await served()).toEqual(['litellm-1.82.6']);
  });

  it('are not taken a week later either, had PyPI kept them: the advisory came before', async () => {
    await onPypi({ litellm: [before, first, second] });
    await advise('2026-04-08T00:00:00Z', mal);
    expect(await syncAt('2026-04-08T00:00:00Z', allowing(entries))).toMatchObject({ problems: [], held: [] });
    expect(await served()).toEqual(['litellm-1.82.6']);
    // Nor is an entry that pins it.
    const pinned = await syncAt('2026-04-08T01:00:00Z', allowing([{ pypi: 'litellm ==1.82.7' }]));
    expect(pinned.add).toEqual([]);
    expect(pinned.waiting).toContain('C3.malicious simple/litellm/litellm-1.82.7-py3-none-any.whl');
    expect(pinned.problems).not.toEqual([]);
  });

  it('without the cool-down: 1.82.8 is held for its start-up code, 1.82.7 enters, and the advisory takes it back', async () => {
    await onPypi({ litellm: [before, first, second] });
    await advise('2026-03-24T11:00:00Z');
    const allowlist = allowing(entries, atOnce);
    const during = await syncAt('2026-03-24T11:00:00Z', allowlist);
    expect(during.held.map(({ detail }) => detail.split(':', 1)[0]).sort()).toEqual(['D3.import', 'F7.import']);
    expect(await served()).toEqual(['litellm-1.82.7']);
    // Until somebody says so nothing tells it from any other release.
    expect(await sweepAt('2026-03-24T15:00:00Z', allowlist)).toMatchObject({ recalled: [] });
    await advise('2026-03-24T16:00:00Z', pysec);
    const swept = await sweepAt('2026-03-24T16:00:00Z', allowlist);
    expect(
      swept.recalled.map(({ id, reason }) => [id.replace(/-pypi_.*$/, ''), reason.split(':', 1)[0]]).sort(),
    ).toEqual([
      ['noarch/litellm-1.82.7', 'C3.new'],
      ['simple/litellm/litellm-1.82.7-py3-none-any.whl', 'C3.new'],
    ]);
    expect(await served()).toEqual([]);
    // The next sync takes what is sound.
    expect(await syncAt('2026-03-24T17:00:00Z', allowlist)).toMatchObject({ problems: [] });
    expect(await served()).toEqual(['litellm-1.82.6']);
    // Nor does it come back because time passed, or because nobody looks any more.
    await advise('2026-05-01T00:00:00Z', pysec);
    expect(await sweepAt('2026-05-01T00:00:00Z', allowlist)).toMatchObject({ recalled: [], released: [] });
    const careless = allowing(entries, { ...atOnce, advisories: 'none' });
    expect(await sweepAt('2026-05-01T01:00:00Z', careless)).toMatchObject({ released: [] });
  });

  it('come back when the advisory was a mistake, and is withdrawn', async () => {
    await onPypi({ litellm: [before, first] });
    await advise('2026-03-24T11:00:00Z');
    const allowlist = allowing(entries, atOnce);
    await syncAt('2026-03-24T11:00:00Z', allowlist);
    await advise('2026-03-24T16:00:00Z', mal);
    expect((await sweepAt('2026-03-24T16:00:00Z', allowlist)).recalled).toHaveLength(2);
    await advise('2026-03-25T10:00:00Z', { ...mal, withdrawn: '2026-03-25T09:00:00Z' });
    expect((await sweepAt('2026-03-25T10:00:00Z', allowlist)).released).toHaveLength(2);
    expect(await served()).toEqual(['litellm-1.82.7']);
  });

  it('are not taken, and nothing else that is new is, while the advisories cannot be had; what was there stays', async () => {
    await onPypi({ litellm: [before] });
    await advise('2026-03-20T00:00:00Z');
    await syncAt('2026-03-20T00:00:00Z', allowing(entries));
    await onPypi({ litellm: [before, first], other: [uploaded('other-1.0-py3-none-any.whl', '2020-01-01T00:00:00Z')] });
    const unreachable = allowing([...entries, { pypi: 'other' }], { advisories: 'file:///nowhere/osv.zip' });
    const during = await syncAt('2026-03-30T00:00:00Z', unreachable);
    expect(during.add).toEqual([]);
    expect(during.waiting).toContain('C3.unreachable simple/other/other-1.0-py3-none-any.whl');
    expect(during.problems.filter((problem) => problem.includes('litellm'))).toEqual([]);
    expect(await served()).toEqual(['litellm-1.82.6']);
    expect(await sweepAt('2026-03-30T01:00:00Z', unreachable)).toMatchObject({ recalled: [] });
    expect(await served()).toEqual(['litellm-1.82.6']);
  });
});

describe('ultralytics 8.3.41 to 8.3.46, of December 2024', () => {
  const attestations = (version: string) => ({
    provenance: `https://pypi.org/integrity/ultralytics/${version}/provenance`,
  });
  const release = (version: string, time: string, facts: object = attestations(version)) =>
    uploaded(`ultralytics-${version}-py3-none-any.whl`, time, { ...facts });
  const sound = release('8.3.40', '2024-11-20T10:00:00Z');
  /** By a poisoned cache of its own builds: attested as any. */
  const firstWave = [release('8.3.41', '2024-12-04T20:51:00Z'), release('8.3.42', '2024-12-05T12:47:00Z')];
  /** By an old token of its index's: not attested. */
  const secondWave = [release('8.3.45', '2024-12-07T01:41:00Z', {}), release('8.3.46', '2024-12-07T02:27:00Z', {})];
  const entries = [{ pypi: 'ultralytics' }];

  it('wait for a week, both times, and 8.3.40 serves', async () => {
    const allowlist = allowing(entries);
    await onPypi({ ultralytics: [sound, ...firstWave] });
    await advise('2024-12-05T13:00:00Z');
    expect((await syncAt('2024-12-05T13:00:00Z', allowlist)).waiting).toContain(
      'C2.young simple/ultralytics/ultralytics-8.3.42-py3-none-any.whl',
    );
    await onPypi({ ultralytics: [sound, ...secondWave] });
    expect((await syncAt('2024-12-07T02:30:00Z', allowlist)).waiting).toContain(
      'C2.young simple/ultralytics/ultralytics-8.3.46-py3-none-any.whl',
    );
    expect(await served()).toEqual(['ultralytics-8.3.40']);
  });

  it('without the cool-down: the second wave is held for the attestation that it lacks, the first is not', async () => {
    const allowlist = allowing(entries, { ...atOnce, checks: { C6: 'enforce' } });
    await onPypi({ ultralytics: [sound, ...firstWave] });
    await advise('2024-12-05T13:00:00Z');
    await syncAt('2024-12-05T13:00:00Z', allowlist);
    expect(await served()).toEqual(['ultralytics-8.3.42']);
    await onPypi({ ultralytics: [sound, ...firstWave, ...secondWave] });
    const during = await syncAt('2024-12-07T02:30:00Z', allowlist);
    expect(during.held.map(({ detail }) => detail.split(':', 1)[0])).toContain('C6.missing');
  });
});
