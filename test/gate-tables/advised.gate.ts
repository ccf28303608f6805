import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { advise, allowing, inChannel, onPypi, syncAt, uploaded } from '../support/advisories/incident.ts';
import { osvExport, osvRecord, recentRecord } from '../support/advisories/osv-export.ts';
import { damage, day, lab, names, useLab } from '../support/cli/lab.ts';
import { small } from '../support/cli/start-lab.ts';
import { publicPlaces } from '../support/gate-tables/refused-input.ts';

useLab();

describe('the export of advisories', () => {
  const release = uploaded('demo-1.0-py3-none-any.whl', '2020-01-01T00:00:00Z');
  const sound = uploaded('sound-1.0-py3-none-any.whl', '2020-01-01T00:00:00Z');
  const at = '2026-03-24T11:00:00Z';
  const mal = osvRecord({
    id: 'MAL-2026-1',
    project: 'demo',
    at: Date.parse('2026-03-20T00:00:00Z'),
    versions: ['1.0'],
  });
  const entries = [{ pypi: 'demo' }, { pypi: 'sound' }];
  const served = async () => (await names('noarch')).map((name) => name.replace(/-pypi_.*/, ''));
  const place = () => join(lab.store, '..', 'osv.zip');

  it('that calls a release malicious rejects it: C3.malicious', async () => {
    await onPypi({ demo: [release], sound: [sound] });
    await advise(at, mal);
    const report = await syncAt(at, allowing(entries));
    expect(report.problems).toContain('pypi.no-release pypi:demo');
    expect(report.waiting).toContain('C3.malicious simple/demo/demo-1.0-py3-none-any.whl');
    expect(await served()).toEqual(['sound-1.0']);
    expect(await publicPlaces(release.bytes)).toEqual([]);
    expect(await damage()).toEqual([]);
  });

  it('whose record was withdrawn stops nothing', async () => {
    await onPypi({ demo: [release], sound: [sound] });
    await advise(at, { ...mal, withdrawn: '2026-03-22T00:00:00Z' });
    expect((await syncAt(at, allowing(entries))).problems).toEqual([]);
    expect(await served()).toEqual(['demo-1.0', 'sound-1.0']);
  });

  it.each([
    ['is cut short', () => osvExport([mal, recentRecord(Date.parse(at))]).subarray(0, -30)],
    ['is one that nobody renews', () => osvExport([{ ...mal, modified: '2026-01-01T00:00:00Z' }])],
  ])('that %s lets nothing new in, and what was there stays: C3.unreachable', async (_, bytes) => {
    await onPypi({ sound: [sound] });
    await advise(at);
    expect((await syncAt(at, allowing([{ pypi: 'sound' }]))).problems).toEqual([]);
    await onPypi({ demo: [release], sound: [sound] });
    await writeFile(place(), bytes());
    const report = await syncAt('2026-04-25T11:00:00Z', allowing(entries));
    expect(report.waiting).toContain('C3.unreachable simple/demo/demo-1.0-py3-none-any.whl');
    expect([...report.problems, ...report.warnings]).toContain('gate.advisories advisories');
    expect(await served()).toEqual(['sound-1.0']);
    expect(await publicPlaces(release.bytes)).toEqual([]);
  });

  it('and a package that is of no known project: a warning that says so, never in silence: C3.unknown', async () => {
    await inChannel({ 'xz 5.2.9': '2020-01-01T00:00:00Z' });
    await advise(at);
    const { problems, warnings } = await syncAt(at, allowing(['xz']));
    const told = ['C3.unknown linux-64/xz-5.2.9-0.conda', 'B5.indexed linux-64/xz-5.2.9-0.conda'];
    expect([problems, warnings]).toEqual([[], told]);
  });
});

describe('a package that is younger than a week', () => {
  it('waits, though its builder dates it 2019, and enters on day 7: C2.young', async () => {
    const taken = Date.parse('2026-03-20T00:00:00Z');
    await lab.publish([small('sound 1.0'), small('demo 1.0')], {
      'sound-1.0-0.conda': { indexed_timestamp: taken - 900 * day },
      'demo-1.0-0.conda': { timestamp: Date.parse('2019-01-01T00:00:00Z'), indexed_timestamp: taken },
    });
    await advise('2026-03-26T23:00:00Z');
    const allowlist = allowing(['sound', 'demo'], { advisories: 'none' });
    const early = await syncAt('2026-03-26T23:00:00Z', allowlist);
    expect(early.waiting).toEqual(['C2.young linux-64/demo-1.0-0.conda']);
    expect(early.problems).toEqual(['entry.unsolvable demo on linux-64']);
    expect(await names()).toEqual(['sound-1.0-0.conda']);
    expect((await syncAt('2026-03-27T00:00:00Z', allowlist)).problems).toEqual([]);
    expect(await names()).toEqual(['demo-1.0-0.conda', 'sound-1.0-0.conda']);
    expect(await damage()).toEqual([]);
  });
});
