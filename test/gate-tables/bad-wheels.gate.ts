import { describe, expect, it } from 'vitest';
import { allowing, onPypi, syncAt, uploaded } from '../support/advisories/incident.ts';
import { damage, lab, names, useLab } from '../support/cli/lab.ts';
import { publicPlaces } from '../support/gate-tables/refused-input.ts';
import { buildWheel } from '../support/python/build-wheel.ts';

describe('a wheel of an index', () => {
  useLab();
  it.each([
    [
      'whose RECORD omits a file',
      'F3.record-unlisted',
      { record: (row: string) => (row.startsWith('demo.py') ? null : row) },
    ],
    [
      'whose RECORD has another hash',
      'F3.record-hash',
      { record: (row: string) => row.replace(/^demo\.py,sha256=.{6}/, 'demo.py,sha256=AAAAAA') },
    ],
  ])('%s is rejected by a sync, and the release before it comes: %s', async (_, code, raw) => {
    const bytes = buildWheel(raw);
    const sound = uploaded('demo-0.9-py3-none-any.whl', '2020-01-01T00:00:00Z');
    await onPypi({ demo: [sound, { fileName: 'demo-1.0-py3-none-any.whl', bytes }] });
    const report = await syncAt('2026-03-20T00:00:00Z', allowing([{ pypi: 'demo' }], { advisories: 'none' }));
    expect(JSON.stringify([report.held, report.waiting])).toContain(code);
    expect(await publicPlaces(bytes)).toEqual([]);
    expect((await names('noarch')).map((name) => name.split('-pypi')[0])).toEqual(['demo-0.9']);
    expect(await damage()).toEqual([]);
  });

  it('with two dist-info is never fetched, and the plan says why: F2', async () => {
    const more = [{ name: 'other-1.0.dist-info/METADATA', data: 'Name: other\n', method: 8 }];
    const bytes = buildWheel({ more });
    await onPypi({ demo: [{ fileName: 'demo-1.0-py3-none-any.whl', bytes }] });
    const report = await lab.sync(allowing([{ pypi: 'demo' }], { advisories: 'none' }));
    expect(report.problems).not.toEqual([]);
    expect(report.plan.problems.map(({ detail }) => detail).join()).toContain('dist-info');
    expect(await publicPlaces(bytes)).toEqual([]);
  });
});
