import { zstdCompressSync } from 'node:zlib';
import { beforeAll, describe, expect, it } from 'vitest';
import { bzip2Bomb } from '../support/archives/build-bzip2.ts';
import { buildTar } from '../support/archives/build-tar.ts';
import { buildZip } from '../support/archives/build-zip.ts';
import { zstdBomb } from '../support/archives/build-zstd.ts';
import { damage, names, useLab, useOneLab } from '../support/cli/lab.ts';
import { binaryFor } from '../support/gate/native-heads.ts';
import {
  conda,
  expectPublishRefuses,
  expectSyncRefuses,
  havePython,
  keptOut,
  listed,
  syncBeside,
  tarBz2,
} from '../support/gate-tables/refused-input.ts';
import { buildConda, infoTar, stem } from '../support/packages/build-package.ts';
import { type SoundPackage, soundConda } from '../support/packages/sound-package.ts';
import { buildWheel } from '../support/python/build-wheel.ts';

const file = { name: 'lib/x', data: 'text' };
const pem = `-----BEGIN PRIVATE KEY-----\n${'MIIEvQIBADANBgkqhkiG9w0BAQEFAASC'.repeat(20)}\n-----END PRIVATE KEY-----\n`;
const holding = (parts: SoundPackage) => () => soundConda(parts);
const text = (name: string, data: string) => holding({ payload: [{ name, data }] });

/** A sound package, each member of whose ZIP has its sizes behind it. */
const described = buildZip(
  [
    { name: 'metadata.json', data: '{"conda_pkg_format_version": 2}' },
    { name: `pkg-${stem}.tar.zst`, data: zstdCompressSync(buildTar()) },
    {
      name: `info-${stem}.tar.zst`,
      data: infoTar({ name: 'info/paths.json', data: '{"paths":[],"paths_version":1}' }),
    },
  ].map((member) => ({ ...member, descriptor: true as const })),
);

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
    ['data descriptors that say what the directory says', () => described],
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
