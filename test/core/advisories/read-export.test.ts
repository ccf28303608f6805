import { describe, expect, it } from 'vitest';
import { readExport } from '../../../core/advisories/read-export.ts';
import { projectNameSchema } from '../../../core/names/project-name.ts';
import { osvExport, osvRecord, recentRecord } from '../../support/advisories/osv-export.ts';
import { buildZip } from '../../support/archives/build-zip.ts';

const now = Date.parse('2026-03-25T00:00:00Z');
const at = Date.parse('2026-03-24T11:15:14Z');
const recent = recentRecord(now);
const litellm = osvRecord({ id: 'MAL-2026-2144', project: 'litellm', at, versions: ['1.82.7', '1.82.8'] });

async function advisoriesOf(project: string, ...input: Parameters<typeof osvExport>) {
  const { byProject } = await readExport(osvExport(...input), now);
  return byProject.get(projectNameSchema.parse(project)) ?? [];
}

describe('an export of advisories', () => {
  it('gives what its records say, by project however it is spelt', async () => {
    const django = osvRecord({
      id: 'GHSA-1',
      project: 'Django_REST.framework',
      at,
      range: ['1.0', '1.1'],
      more: {
        aliases: ['CVE-2026-1'],
        severity: [{ type: 'CVSS_V3', score: 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H' }],
      },
    });
    const read = await readExport(osvExport([litellm, recent, django]), now);
    expect(read).toMatchObject({ records: 3, lost: [], newest: now - 60_000 });
    expect(read.byProject.get(projectNameSchema.parse('django-rest-framework'))).toEqual([
      {
        ...{ id: 'GHSA-1', aliases: ['CVE-2026-1'], published: at, modified: at, withdrawn: null, malicious: false },
        ...{ summary: 'GHSA-1 of Django_REST.framework', score: 9.8, versions: [], unreadable: null },
        ranges: [{ introduced: '1.0', fixed: '1.1', lastAffected: null }],
      },
    ]);
    expect(read.byProject.get(projectNameSchema.parse('litellm'))).toMatchObject([
      { id: 'MAL-2026-2144', malicious: true, score: null, versions: ['1.82.7', '1.82.8'] },
    ]);
  });

  it.each([
    ['by its id', { id: 'MAL-2026-1' }, true],
    ['by an alias', { id: 'GHSA-2', more: { aliases: ['CVE-1', 'MAL-2026-1'] } }, true],
    ['by its weakness', { id: 'GHSA-2', more: { database_specific: { cwe_ids: ['CWE-79', 'CWE-506'] } } }, true],
    ['not by another weakness', { id: 'GHSA-2', more: { database_specific: { cwe_ids: ['CWE-5060'] } } }, false],
    ['not by a word in it', { id: 'PYSEC-1', more: { summary: 'MAL-2026-1 CWE-506' } }, false],
  ])('knows malice %s', async (_, told, malicious) => {
    const record = osvRecord({ project: 'x', at, versions: ['1.0'], ...told });
    expect(await advisoriesOf('x', [record, recent])).toMatchObject([{ malicious }]);
  });

  it.each([
    ['its own vector', { severity: [{ type: 'CVSS_V3', score: 'CVSS:3.1/AV:N/AC:L/PR:N/UI:R/S:C/C:L/I:L/A:N' }] }, 6.1],
    ["GitHub's word", { database_specific: { severity: 'HIGH' } }, 7],
    [
      'the worse of both',
      {
        severity: [{ type: 'CVSS_V3', score: 'CVSS:3.1/AV:P/AC:H/PR:H/UI:R/S:U/C:N/I:N/A:L' }],
        database_specific: { severity: 'CRITICAL' },
      },
      9,
    ],
    [
      'nothing that is known',
      { severity: [{ type: 'Ubuntu', score: 'medium' }], database_specific: { severity: 5 } },
      null,
    ],
  ])('takes its score from %s', async (_, more, score) => {
    const record = osvRecord({ id: 'GHSA-3', project: 'x', at, versions: ['1.0'], more });
    expect(await advisoriesOf('x', [record, recent])).toMatchObject([{ score }]);
  });

  it('keeps what was withdrawn, with when', async () => {
    const record = osvRecord({
      id: 'MAL-1',
      project: 'x',
      at,
      versions: ['1'],
      more: { withdrawn: '2026-03-24T22:11:35.145201999Z' },
    });
    expect(await advisoriesOf('x', [record, recent])).toMatchObject([
      { withdrawn: Date.parse('2026-03-24T22:11:35.145Z') },
    ]);
  });

  it('is of PyPI alone: of two ecosystems in one record the other says nothing of a project of that name', async () => {
    const record = {
      ...litellm,
      affected: [
        { package: { ecosystem: 'npm', name: 'litellm' }, versions: ['9.9.9'] },
        { package: { ecosystem: 'PyPI', name: 'litellm' }, versions: ['1.82.7'] },
        { package: { ecosystem: 'PyPI', name: 'litellm-proxy' }, versions: ['0.1'] },
        { package: { ecosystem: 'npm', name: 'axios' }, versions: ['1.14.1'] },
      ],
    };
    expect(await advisoriesOf('litellm', [record, recent])).toMatchObject([{ versions: ['1.82.7'] }]);
    expect(await advisoriesOf('litellm-proxy', [record, recent])).toMatchObject([{ versions: ['0.1'] }]);
    expect(await advisoriesOf('axios', [record, recent])).toEqual([]);
  });

  const many = Array.from({ length: 120 }, (_, i) =>
    osvRecord({ id: `PYSEC-2020-${i}`, project: `p${i}`, at, versions: ['1.0'] }),
  );
  const deep = `${'['.repeat(50_000)}${']'.repeat(50_000)}`;

  it.each([
    ['is empty, as the exporter leaves one that it could not open', ''],
    ['is no JSON', '{"id": "X", "modified'],
    ['is nested beyond all sense', `{"id":"X","modified":"2026-01-01T00:00:00Z","affected":${deep}}`],
    ['is a list', '[]'],
    ['names no project', '{"id": 7}'],
    ['is no UTF-8', Uint8Array.of(0x7b, 0xff, 0xfe)],
  ])('counts a record that %s, and takes all others', async (_, damaged) => {
    const read = await readExport(osvExport([...many, litellm, recent], { 'MAL-2026-1.json': damaged }), now);
    expect(read).toMatchObject({ records: 123, lost: ['MAL-2026-1.json'] });
    expect(read.byProject.size).toBe(122);
  });

  it.each([
    ['without a date', { modified: undefined }],
    ['of a wrong date', { modified: 'yesterday' }],
    ['whose versions are no texts', { affected: [{ package: litellm.affected[0]?.package, versions: [1.82] }] }],
    ['whose severity is none', { severity: 'HIGH' }],
  ])('says of the projects of a record %s that it cannot be read', async (_, wrong) => {
    const damaged = JSON.stringify({ ...litellm, ...wrong });
    const found = await advisoriesOf('litellm', [...many, recent], { 'MAL-2026-2144.json': damaged });
    expect(found).toMatchObject([{ id: 'MAL-2026-2144', malicious: true, unreadable: expect.any(String) }]);
  });

  it('takes names of prototypes for names', async () => {
    const text = JSON.stringify(osvRecord({ id: 'MAL-3', project: 'constructor', at, versions: ['1.0'] }));
    const hostile = text.replace('{', '{"__proto__":{"malicious":false,"withdrawn":"2020-01-01T00:00:00Z"},');
    const found = await advisoriesOf('constructor', [recent], { 'MAL-3.json': hostile });
    expect(found).toMatchObject([{ id: 'MAL-3', malicious: true, withdrawn: null }]);
    expect(await advisoriesOf('tostring', [recent])).toEqual([]);
  });

  it('is none when more than one in a hundred of its records cannot be read', async () => {
    const export100 = osvExport(many.slice(0, 100), { 'MAL-1.json': '', 'MAL-2.json': '' });
    await expect(readExport(export100, now)).rejects.toMatchObject({ code: 'upstream.body' });
    const export240 = osvExport([...many, ...many.map((one) => ({ ...one, id: `${one.id}-b` }))], { 'MAL-1.json': '' });
    expect((await readExport(export240, now)).lost).toHaveLength(1);
  });

  it.each([
    ['cut', (bytes: Uint8Array) => bytes.subarray(0, bytes.length - 1000)],
    ['cut to its start', (bytes: Uint8Array) => bytes.subarray(0, 1000)],
    ['empty', () => new Uint8Array()],
    ['of one byte changed', (bytes: Uint8Array) => bytes.map((byte, i) => (i === 100 ? byte ^ 1 : byte))],
    ['a page', () => Buffer.from('<html>Not here</html>')],
  ])('is none when it is %s', async (_, damage) => {
    await expect(readExport(damage(osvExport([...many, recent])), now)).rejects.toMatchObject({
      code: 'package.refused',
    });
  });

  it('is none when its records are more than a gibibyte, before any beyond is read', async () => {
    const size = 1024 ** 3;
    const member = (name: string) => ({ name, data: 'x', method: 8, local: { size }, central: { size } });
    const of = (...names: string[]) => readExport(buildZip(names.map(member)), now);
    await expect(of('MAL-1.json')).rejects.toMatchObject({ code: 'upstream.body' });
    await expect(of('MAL-1.json', 'MAL-2.json')).rejects.toMatchObject({
      code: 'package.refused',
      message: expect.stringContaining('more than 1073741824 bytes'),
    });
  });

  it('gives of a summary what is shown of it', async () => {
    const record = osvRecord({ id: 'MAL-1', project: 'x', at, versions: ['1'], more: { summary: 'é\n'.repeat(9999) } });
    expect((await advisoriesOf('x', [record, recent]))[0]?.summary).toHaveLength(300);
  });

  it('is none when no record is of PyPI', async () => {
    const npm = { ...litellm, affected: [{ package: { ecosystem: 'npm', name: 'axios' } }] };
    await expect(readExport(osvExport([npm]), now)).rejects.toMatchObject({ code: 'upstream.body' });
  });

  it('is as new as its newest record, but for those that claim to be of the future', async () => {
    const future = osvRecord({ id: 'PYSEC-9', project: 'x', at: now + 10 * 24 * 3600_000, versions: ['1'] });
    expect((await readExport(osvExport([litellm, future]), now)).newest).toBe(at);
  });
});
