import { beforeAll, describe, expect, it } from 'vitest';
import type { PackageSpec } from '../../local/sample/build-package.ts';
import { bzip2Bomb } from '../support/archives/build-bzip2.ts';
import { zstdBomb } from '../support/archives/build-zstd.ts';
import { damage, day, lab, names, useLab, useOneLab } from '../support/cli/lab.ts';
import { small } from '../support/cli/start-lab.ts';
import { binaryFor } from '../support/gate/native-heads.ts';
import {
  conda,
  expectPublishRefuses,
  expectSyncRefuses,
  havePython,
  keptOut,
  listed,
  publicPlaces,
  publishOwn,
  syncBeside,
  tarBz2,
} from '../support/gate-tables/refused-input.ts';
import { buildConda } from '../support/packages/build-package.ts';
import { type SoundPackage, soundConda } from '../support/packages/sound-package.ts';
import { buildWheel } from '../support/python/build-wheel.ts';

const file = { name: 'lib/x', data: 'text' };
const pem = `-----BEGIN PRIVATE KEY-----\n${'MIIEvQIBADANBgkqhkiG9w0BAQEFAASC'.repeat(20)}\n-----END PRIVATE KEY-----\n`;
const holding = (parts: SoundPackage) => () => soundConda(parts);
const text = (name: string, data: string) => holding({ payload: [{ name, data }] });

type Row = readonly [what: string, code: string, answer: 'reject' | 'hold', bytes: () => Uint8Array, subdir?: string];

const rows: readonly Row[] = [
  ['a version that is not the file name', 'B1.version', 'reject', holding({ index: { version: '1.1' } })],
  ['a paths.json that misses a file', 'B2.unlisted', 'reject', holding({ payload: [file], rows: () => [] })],
  [
    'a paths.json with another sha256',
    'B2.sha256',
    'reject',
    holding({ payload: [file], rows: (all) => all.map((row) => ({ ...row, sha256: '0'.repeat(64) })) }),
  ],
  [
    'a paths.json that lists an absent file',
    'B2.missing',
    'reject',
    holding({ payload: [file], rows: (all) => [...all, { ...all[0], _path: 'lib/absent' }] }),
  ],
  [
    'an x86-64 binary in noarch',
    'B3.machine',
    'hold',
    holding({
      payload: [{ name: 'lib/x.so', data: binaryFor('elf-x86_64') }],
      index: { subdir: 'noarch', noarch: 'generic' },
    }),
    'noarch',
  ],
  [
    'an aarch64 binary in linux-64',
    'B3.machine',
    'hold',
    holding({ payload: [{ name: 'lib/x.so', data: binaryFor('elf-aarch64') }] }),
  ],
  ["another package's post-link script", 'D1.link-script', 'hold', text('bin/.other-post-link.sh', 'echo\n')],
  [
    'a .pth that imports',
    'D3.import',
    'hold',
    text('lib/python3.12/site-packages/x.pth', 'import os; os.system("id")\n'),
  ],
  ['a .start file', 'D3.start', 'hold', text('lib/python3.12/site-packages/x.start', 'x:boot\n')],
];

describe('a sync', () => {
  useOneLab();
  it.each(rows.map((row) => [row[0], row[1], row] as const))(
    'does not take %s: %s',
    (_, code, [, , answer, bytes, subdir = 'linux-64']) =>
      expectSyncRefuses({ fileName: conda, bytes: bytes(), code }, answer, { subdir }),
  );
});

describe('publishing', () => {
  useOneLab();
  beforeAll(havePython);
  it.each(rows.map((row) => [row[0], row[1], row[3]] as const))('does not publish %s: %s', (_, code, bytes) =>
    expectPublishRefuses({ fileName: conda, bytes: bytes(), code }),
  );
  it.each([
    ['package', conda, () => soundConda({ payload: [{ name: 'share/key.pem', data: pem }] })],
    ['wheel', 'demo-1.0-py3-none-any.whl', () => buildWheel({ files: { 'demo/key.pem': pem } })],
  ] as const)('does not publish its own %s that holds a private key: E1', (_, fileName, bytes) =>
    expectPublishRefuses({ fileName, bytes: bytes(), code: 'E1.private-key' }),
  );
  it.each([
    [
      'RECORD that omits a file',
      'F3.record-unlisted',
      { record: (row: string) => (row.startsWith('demo.py') ? null : row) },
    ],
    [
      'RECORD with another hash',
      'F3.record-hash',
      { record: (row: string) => row.replace(/^demo\.py,sha256=.{6}/, 'demo.py,sha256=AAAAAA') },
    ],
    [
      'second dist-info',
      'F2.dist-info',
      { more: [{ name: 'other-1.0.dist-info/METADATA', data: 'Name: other\n', method: 8 }] },
    ],
  ])('does not publish a wheel with a %s: %s', (_, code, raw) =>
    expectPublishRefuses({ fileName: 'demo-1.0-py3-none-any.whl', bytes: buildWheel(raw), code }),
  );
});

describe('what is sound though it is rare', () => {
  useLab();
  it.each([
    ['data descriptors that say what the directory says', () => buildConda({ more: [] })],
    ['licenses in its payload', holding({ payload: [{ name: 'info/licenses/LICENSE', data: 'MIT' }] })],
  ])('comes with a sync: %s', async (_, bytes) => {
    const report = await syncBeside([listed(conda, bytes())]);
    expect([keptOut(report), report.problems]).toEqual([[], []]);
    expect(await names()).toContain(conda);
    expect(await damage()).toEqual([]);
  });
});

describe('a gigabyte in a small file', () => {
  useOneLab();
  it.each([
    ['30 kB of zstd', conda, () => buildConda({ pkg: zstdBomb() })],
    ['700 bytes of bzip2', tarBz2, () => bzip2Bomb()],
  ] as const)('of %s is rejected by a sync within five seconds: A13', async (_, fileName, bytes) => {
    const cpu = process.cpuUsage();
    await expectSyncRefuses({ fileName, bytes: bytes(), code: 'A13.ratio' });
    const { user, system } = process.cpuUsage(cpu);
    expect((user + system) / 1e6).toBeLessThan(5);
  });
});

describe('a hold', () => {
  useLab();
  const policy = { checks: { B4: 'enforce' } };

  it('of a dependency that the build before had not says which it is: B4', async () => {
    expect((await syncBeside([small('demo 1.0', ['sound'])], { policy })).problems).toEqual([]);
    const newer = [small('demo 1.0', ['sound']), small('demo 1.1', ['sound', 'sneaky']), small('sneaky 1.0')];
    const report = await syncBeside(newer, { policy });
    expect(report.held).toMatchObject([
      { subject: 'linux-64/demo-1.1-0.conda', detail: expect.stringMatching(/^B4\.new-dep: .*\+sneaky/) },
    ]);
    expect(await names()).toContain('demo-1.0-0.conda');
    expect(await names()).not.toContain('demo-1.1-0.conda');
    expect(await damage()).toEqual([]);
  });

  it('of a link script is not ended by time: D1', async () => {
    const bytes = soundConda({ payload: [{ name: 'bin/.other-post-link.sh', data: 'echo\n' }] });
    await syncBeside([listed(conda, bytes)]);
    lab.now += 1000 * day;
    const later = await syncBeside([listed(conda, bytes)]);
    expect(later.problems).toContain('entry.unsolvable demo on linux-64');
    expect(await publicPlaces(bytes)).toEqual([]);
  });

  const pth = (line: string) => soundConda({ payload: [{ name: 'lib/python3.12/site-packages/x.pth', data: line }] });
  const waiverIn = (hint = ''): object => ({
    ...JSON.parse(/(\{"check":.*\})/.exec(hint)?.[1] ?? ''),
    expires: '2026-12-31',
  });

  it('of a .pth ends with the waiver of that very file, and of no other byte: D3, in a sync', async () => {
    const report = await syncBeside([listed(conda, pth('import os; os.getcwd()\n'))]);
    const waivers = [waiverIn(report.held[0]?.hint)];
    expect((await syncBeside([listed(conda, pth('import os; os.getcwd()\n'))], { waivers })).problems).toEqual([]);
    expect(await names()).toContain(conda);
    await using other = await import('../support/cli/start-lab.ts').then(({ startLab }) => startLab());
    await other.publish([listed(conda, pth('import os; os.getcwd() \n'))]);
    const changed = await other.sync(other.allowlist(['demo'], { waivers }));
    expect(keptOut(changed)).toEqual([`linux-64/${conda} D3.import`]);
    expect(Object.keys(await other.index())).toEqual([]);
  });

  it('is not spared what passed as something else: an activation script that comes again as a .pth', async () => {
    const data = 'import os\n';
    const first = soundConda({ payload: [{ name: 'etc/conda/activate.d/x.sh', data }] });
    expect((await syncBeside([listed(conda, first)])).problems).toEqual([]);
    const again = (name: string): PackageSpec => small('demo 2.0', [], { files: [{ path: name, content: data }] });
    const report = await syncBeside([listed(conda, first), again('lib/python3.12/site-packages/x.pth')]);
    expect(keptOut(report)).toEqual(['linux-64/demo-2.0-0.conda D3.import']);
    expect(await names()).not.toContain('demo-2.0-0.conda');
    expect(await damage()).toEqual([]);
  });

  it('of a .pth ends with the waiver of that very file, and of no other byte: F7, in publishing', async () => {
    await havePython();
    const wheel = (line: string) => ({
      'demo-1.0-py3-none-any.whl': buildWheel({ files: { 'demo.py': '', 'x.pth': line } }),
    });
    const first = await publishOwn(wheel('import os; os.getcwd()\n'));
    const codes = first.problems.map(({ detail }) => detail.split(':', 1)[0]);
    expect(codes).toContain('F7.import');
    const waivers = first.problems.map(({ hint }) => waiverIn(hint));
    expect((await publishOwn(wheel('import os; os.getcwd() \n'), { waivers })).problems).not.toEqual([]);
    expect((await publishOwn(wheel('import os; os.getcwd()\n'), { waivers })).problems).toEqual([]);
    expect(await damage()).toEqual([]);
  });
});
