import { expect, it } from 'vitest';
import { advise, adviseBytes, allowing, inChannel, onPypi, syncAt, uploaded } from '../support/advisories/incident.ts';
import { osvExport, osvRecord, recentRecord } from '../support/advisories/osv-export.ts';
import { day, lab, names, useLab } from '../support/cli/lab.ts';
import { small } from '../support/cli/start-lab.ts';

useLab();

const time = '2026-03-24T12:00:00Z';
const now = Date.parse(time);
const years = '2020-01-01T00:00:00Z';
const mal = osvRecord({ id: 'MAL-2026-1', project: 'demo', at: now - day, versions: ['1.0'] });
const whole = osvExport([mal, recentRecord(now)]);

it.each([
  ['cut short', whole.subarray(0, whole.length - 30)],
  ['of another kind', Buffer.from('<html>Sign in</html>')],
  ['empty', new Uint8Array()],
  ['of last month', osvExport([recentRecord(now - 15 * day)])],
  ['of no project of PyPI', osvExport([{ ...mal, affected: [{ package: { ecosystem: 'npm', name: 'demo' } }] }])],
  ['full of records that are none', osvExport([mal], { 'PYSEC-1.json': '', 'PYSEC-2.json': '{' })],
])('by an export that is %s nothing new enters, and the run says so', async (_, bytes) => {
  await inChannel({ 'zlib 1.3': years });
  await adviseBytes(bytes);
  const report = await syncAt(time, allowing(['zlib']));
  expect(report).toMatchObject({ add: [], waiting: ['C3.unreachable linux-64/zlib-1.3-0.conda'] });
  expect(report.problems).not.toEqual([]);
  expect(report.warnings).toContain('gate.advisories advisories');
  await advise(time);
  expect(await syncAt(time, allowing(['zlib']))).toMatchObject({ add: ['linux-64/zlib-1.3-0.conda'], problems: [] });
});

it('a record that was withdrawn keeps nothing out, and one in force does for good', async () => {
  await onPypi({ demo: [uploaded('demo-1.0-py3-none-any.whl', years)] });
  const allowlist = allowing([{ pypi: 'demo' }]);
  await advise(time, mal);
  const held = await syncAt(time, allowlist);
  expect(held.waiting).toContain('C3.malicious simple/demo/demo-1.0-py3-none-any.whl');
  expect(held.add.filter((id) => id.includes('demo'))).toEqual([]);
  await advise(time, { ...mal, withdrawn: '2026-03-24T11:00:00Z' });
  const entered = await syncAt(time, allowlist);
  expect(entered).toMatchObject({ problems: [], waiting: [] });
  expect(entered.add).toContain('simple/demo/demo-1.0-py3-none-any.whl');
});

it('a package of which nobody knows the project is unknown: warned of, and never clean', async () => {
  await inChannel({ 'zlib 1.3': years });
  await advise(time);
  const report = await syncAt(time, allowing(['zlib']));
  expect(report.warnings).toContain('C3.unknown linux-64/zlib-1.3-0.conda');
});

it('a file of today waits, though its builder says that it is of 2019', async () => {
  await inChannel({ 'zlib 1.3': time }, { timestamp: Date.UTC(2019, 0, 1) });
  await advise(time);
  expect((await syncAt(time, allowing(['zlib']))).waiting).toEqual(['C2.young linux-64/zlib-1.3-0.conda']);
  expect(await names()).toEqual([]);
});

it('a release that was yanked waits for somebody, though an entry pins it', async () => {
  await advise(time);
  await onPypi({ demo: [uploaded('demo-1.1-py3-none-any.whl', years, { yanked: 'broken' })] });
  const pinned = await syncAt(time, allowing([{ pypi: 'demo ==1.1' }]));
  expect(pinned.waiting).toContain('C5.yanked simple/demo/demo-1.1-py3-none-any.whl');
  expect(pinned.add.filter((id) => id.includes('demo'))).toEqual([]);
});

it('nothing of a project in quarantine enters, though its page lists it', async () => {
  await advise(time);
  await onPypi({ demo: [uploaded('demo-1.0-py3-none-any.whl', years)] });
  const serve = lab.intercept;
  lab.intercept = (request, response, next) => {
    const end = response.end.bind(response);
    const mark = (body: unknown) =>
      String(body).replace('"meta":', '"project-status":{"status":"quarantined"},"meta":');
    if (request.url === '/simple/demo/') response.end = (body?: unknown) => end(mark(body));
    return serve?.(request, response, next);
  };
  const report = await syncAt(time, allowing([{ pypi: 'demo' }]));
  expect(report.waiting).toContain('C3.quarantined simple/demo/demo-1.0-py3-none-any.whl');
  expect(report.add.filter((id) => id.includes('demo'))).toEqual([]);
});

it('nothing of a reserved name enters from outside', async () => {
  await inChannel({ 'acme-tool 1.0': years });
  await advise(time);
  const report = await syncAt(time, allowing(['acme-tool'], {}, { reserved: ['acme'] }));
  expect(report).toMatchObject({ add: [], problems: expect.arrayContaining(['plan.unpublished acme-tool']) });
});

it('nor what installs one under another name, nor a package that installs what is malicious', async () => {
  const metadata = (name: string) => [
    { path: `site-packages/${name}-1.0.dist-info/METADATA`, content: `Name: ${name}\nVersion: 1.0\n` },
  ];
  const helper = small('helper 1.0', [], { files: metadata('acme_tool') });
  const bundle = small('bundle 1.0', [], { files: metadata('demo') });
  const aged = { indexed_timestamp: Date.parse(years) };
  await lab.publish([helper, bundle], { 'helper-1.0-0.conda': aged, 'bundle-1.0-0.conda': aged });
  await advise(time, mal);
  const report = await syncAt(time, allowing(['helper', 'bundle'], {}, { reserved: ['acme'] }));
  expect(report.held.map(({ code, detail }) => `${code} ${detail.split(':', 1)[0]}`).sort()).toEqual([
    'gate.rejected C1.carries',
    'gate.rejected C3.malicious',
  ]);
  expect(await names()).toEqual([]);
});
