import { describe, expect, it } from 'vitest';
import { recall } from '../../core/steps/take-back/recall.ts';
import {
  advise,
  allowing,
  inChannel,
  onPypi,
  recallingWorld,
  sweepAt,
  syncAt,
  uploaded,
} from '../support/advisories/incident.ts';
import { osvRecord } from '../support/advisories/osv-export.ts';
import { lab, names, useLab } from '../support/cli/lab.ts';

useLab();

const atOnce = { coolDown: { days: 0, local: true } };

describe('axios 1.14.1, of 31 March 2026, had it been of PyPI: a release with a dependency that nothing of it imports', () => {
  const before = uploaded('axios-1.14.0-py3-none-any.whl', '2026-03-01T00:00:00Z', { requires: ['idna'] });
  const after = uploaded('axios-1.14.1-py3-none-any.whl', '2026-03-31T00:21:00Z', {
    requires: ['idna', 'plain-crypto-js'],
  });
  const idna = uploaded('idna-3.11-py3-none-any.whl', '2025-01-01T00:00:00Z');
  const dropper = uploaded('plain_crypto_js-4.2.1-py3-none-any.whl', '2026-03-30T23:59:00Z');
  const entries = [{ pypi: 'axios', dependencies: 'pypi' }];
  const projects = { axios: [before], idna: [idna], 'plain-crypto-js': [dropper] };
  const axios = async () =>
    (await names('noarch')).filter((name) => name.startsWith('axios')).map((name) => name.slice(0, 12));

  it('waits for a week, with its dependency', async () => {
    await advise('2026-03-31T01:00:00Z');
    await onPypi({ ...projects, axios: [before, after] });
    const during = await syncAt('2026-03-31T01:00:00Z', allowing(entries));
    expect(during).toMatchObject({ problems: [], held: [] });
    expect(during.waiting).toContain('C2.young simple/axios/axios-1.14.1-py3-none-any.whl');
    expect(await axios()).toEqual(['axios-1.14.0']);
  });

  it('without the cool-down is held for its new dependency, where the policy has that hold', async () => {
    await advise('2026-03-30T00:00:00Z');
    await onPypi(projects);
    const allowlist = allowing(entries, { ...atOnce, checks: { B4: 'enforce' } });
    await syncAt('2026-03-30T00:00:00Z', allowlist);
    await onPypi({ ...projects, axios: [before, after] });
    const during = await syncAt('2026-03-31T01:00:00Z', allowlist);
    expect(during.held.map(({ detail }) => detail)).toEqual(
      expect.arrayContaining([expect.stringMatching(/^B4\.new-dep: .*plain-crypto-js/)]),
    );
    expect(await axios()).toEqual(['axios-1.14.0']);
  });
});

describe('xz 5.6.0, of February 2024: five weeks unseen, and no project of PyPI', () => {
  const channel = { 'xz 5.2.9': '2022-12-01T00:00:00Z', 'xz 5.6.0': '2024-02-25T00:00:00Z' };
  const xz = async () => (await names()).filter((name) => name.startsWith('xz'));

  it('waits for a week and then enters: no check tells it from any other, and the plan says that none could', async () => {
    await inChannel(channel);
    await advise('2024-03-01T00:00:00Z');
    const waiting = await syncAt('2024-03-01T00:00:00Z', allowing(['xz']));
    expect(waiting).toMatchObject({ waiting: ['C2.young linux-64/xz-5.6.0-0.conda'], problems: [] });
    expect(await xz()).toEqual(['xz-5.2.9-0.conda']);
    const entering = await syncAt('2024-03-03T02:00:00Z', allowing(['xz']));
    expect(entering).toMatchObject({ add: ['linux-64/xz-5.6.0-0.conda'], waiting: [], problems: [] });
    expect(entering.warnings).toContain('C3.unknown linux-64/xz-5.6.0-0.conda');
  });

  it('does not enter where a person bounds what enters: the version that was looked at', async () => {
    await inChannel(channel);
    await advise('2024-03-20T00:00:00Z');
    await syncAt('2024-03-20T00:00:00Z', allowing(['xz 5.2.*']));
    expect(await xz()).toEqual(['xz-5.2.9-0.conda']);
  });

  it('is taken back by hand when the world knows, for no advisory names it; no sync brings it again', async () => {
    await inChannel(channel);
    await advise('2024-03-20T00:00:00Z');
    const allowlist = allowing(['xz']);
    await syncAt('2024-03-20T00:00:00Z', allowlist);
    expect(await xz()).toEqual(['xz-5.6.0-0.conda']);
    await advise('2024-03-29T17:00:00Z');
    expect((await sweepAt('2024-03-29T17:00:00Z', allowlist)).recalled).toEqual([]);
    const reason = 'CVE-2024-3094';
    await recall({ name: 'xz', version: '5.6.0', reason, at: lab.now }, await recallingWorld(allowlist));
    expect(await xz()).toEqual([]);
    const after = await syncAt('2024-03-29T18:00:00Z', allowlist);
    expect(after.problems).toEqual([]);
    expect(await xz()).toEqual(['xz-5.2.9-0.conda']);
  });
});

describe('a sound release', () => {
  it.each([
    ['6.9 days old waits', '2026-03-07T21:36:00Z', '1.0'],
    ['7 days old enters', '2026-03-08T00:00:00Z', '1.1'],
    ['7.1 days old enters', '2026-03-08T02:24:00Z', '1.1'],
  ])('%s, of a channel and of an index', async (_, time, version) => {
    const wheels = ['1.0', '1.1'].map((one) =>
      uploaded(`certifi-${one}-py3-none-any.whl`, one === '1.0' ? '2026-01-01T00:00:00Z' : '2026-03-01T00:00:00Z'),
    );
    await onPypi({ certifi: wheels });
    await inChannel({
      ...{ 'python 3.12.1': '2023-12-10T00:00:00Z', 'pip 24.0': '2024-02-04T00:00:00Z' },
      ...{ 'openssl 1.0': '2026-01-01T00:00:00Z', 'openssl 1.1': '2026-03-01T00:00:00Z' },
    });
    await advise(time);
    const report = await syncAt(time, allowing(['openssl', { pypi: 'certifi' }]));
    expect(report.problems).toEqual([]);
    expect(report.add).toContain(`linux-64/openssl-${version}-0.conda`);
    expect(report.add).toContain(`simple/certifi/certifi-${version}-py3-none-any.whl`);
  });
});

describe('a release with vulnerabilities that are known', () => {
  it('enters by default, and the plan shows them; it is held where the policy says so', async () => {
    const vector = 'CVSS:3.1/AV:N/AC:L/PR:N/UI:R/S:C/C:H/I:H/A:H';
    const ghsa = osvRecord({
      ...{
        id: 'GHSA-4952-p58q-6crx',
        project: 'jupyterlab',
        at: Date.parse('2021-08-23T00:00:00Z'),
        range: ['0', '3.1.4'] as const,
      },
      more: { summary: 'JupyterLab: XSS due to lack of sanitization', severity: [{ type: 'CVSS_V3', score: vector }] },
    });
    await onPypi({ jupyterlab: [uploaded('jupyterlab-3.1.3-py3-none-any.whl', '2021-08-10T00:00:00Z')] });
    await advise('2026-03-01T00:00:00Z', ghsa);
    const entries = [{ pypi: 'jupyterlab ==3.1.3' }];
    const report = await syncAt('2026-03-01T00:00:00Z', allowing(entries));
    expect(report).toMatchObject({ problems: [], held: [], waiting: [] });
    expect(report.warnings).toContain('C4.severe simple/jupyterlab/jupyterlab-3.1.3-py3-none-any.whl');
    const enforced = allowing([{ pypi: 'jupyterlab ==3.1.3' }], { checks: { C4: 'enforce' } });
    const swept = await sweepAt('2026-03-01T01:00:00Z', enforced);
    expect(swept.recalled.map(({ reason }) => reason.split(':', 1)[0])).toEqual(['C4.severe', 'C4.severe']);
    expect((await syncAt('2026-03-01T02:00:00Z', enforced)).problems).not.toEqual([]);
  });
});
