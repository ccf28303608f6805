import { describe, expect, it } from 'vitest';
import { recordSchema } from '../../../../core/record/record.ts';
import type { RawMember } from '../../../support/archives/build-tar.ts';
import { judgeBytes } from '../../../support/gate/judge-bytes.ts';
import { binaryFor } from '../../../support/gate/native-heads.ts';
import { buildConda, indexJson, infoTar, stem } from '../../../support/packages/build-package.ts';
import { type SoundPackage, soundConda, soundTarBz2 } from '../../../support/packages/sound-package.ts';

const groups = 'B';
const codesOf = async (parts: SoundPackage, offered: object = {}) =>
  (await judgeBytes(soundConda(parts), { groups, ...offered })).codes;

const record = (more: object) => recordSchema.parse({ ...indexJson, depends: [], ...more });

describe('B1', () => {
  it.each([
    ['name', { index: { name: 'other' } }],
    ['version', { index: { version: '1.1' } }],
    ['build', { index: { build: 'h1_0' } }],
    ['subdir', { index: { subdir: 'osx-64' } }],
  ])('rejects a package that has another %s than its file', async (key, parts) => {
    expect(await codesOf(parts)).toEqual([`reject B1.${key}`]);
  });

  it('rejects a package that is not what its record says', async () => {
    const offered = { origin: 'upstream', record: record({ version: '2.0', sha256: undefined }) };
    expect(await codesOf({}, offered)).toEqual(['reject B1.version']);
  });

  it('passes a build number and dependencies that a channel hotfixed, and noarch in a platform’s folder', async () => {
    const offered = { origin: 'upstream', record: record({ build_number: 7, depends: ['x'] }) };
    expect(await codesOf({}, offered)).toEqual([]);
    expect(await codesOf({ index: { subdir: 'noarch' } })).toEqual([]);
  });
});

describe('B2', () => {
  const a: RawMember = { name: 'lib/a', data: 'abc' };
  const b: RawMember = { name: 'lib/b', data: 'b' };
  const link: RawMember = { name: 'lib/l', type: '2', linkName: 'a' };
  const up: RawMember = { name: 'bin/l', type: '2', linkName: '../lib/l' };
  const changed = (at: number, more: object): SoundPackage => ({
    payload: [a, b, link, up],
    rows: (rows) => rows.map((row, i) => (i === at ? { ...row, ...more } : row)),
  });

  it.each([
    ['a file that is not listed', { payload: [a, b], rows: (rows) => rows.slice(1) }, 'unlisted'],
    ['a file whose name starts as that of info/', { payload: [{ name: 'information' }], rows: () => [] }, 'unlisted'],
    ['a link that is not listed', { payload: [a, link], rows: (rows) => rows.slice(0, 1) }, 'unlisted'],
    ['a listed file that is not there', { rows: () => [{ _path: 'x' }] }, 'missing'],
    ['a file that is listed twice', { payload: [a], rows: (rows) => [...rows, ...rows] }, 'twice'],
    ['another sha256', changed(0, { sha256: '0'.repeat(64) }), 'sha256'],
    ['no sha256', changed(0, { sha256: undefined }), 'sha256'],
    ['another size', changed(1, { size_in_bytes: 2 }), 'size'],
    ['a file that is listed as a link', changed(1, { path_type: 'softlink' }), 'type'],
    ['a link that is listed as a file', changed(2, { path_type: 'hardlink' }), 'type'],
    ['a type that nobody knows', changed(1, { path_type: 'windows_python_entry_point_exe' }), 'type'],
    ['another sha256 behind a link', changed(2, { sha256: '0'.repeat(64) }), 'link'],
    ['another sha256 behind two links', changed(3, { sha256: '0'.repeat(64) }), 'link'],
    ['a prefix that does not occur', changed(0, { prefix_placeholder: '/opt/place' }), 'placeholder'],
  ] satisfies [string, SoundPackage, string][])('rejects %s, in both formats', async (_, parts, code) => {
    expect(await codesOf(parts)).toEqual([`reject B2.${code}`]);
    const bytes = soundTarBz2(parts);
    const { codes } = await judgeBytes(bytes, { groups, id: `linux-64/${stem}.tar.bz2` });
    expect(codes).toEqual([`reject B2.${code}`]);
  });

  it('passes links to folders, other packages and nothing, whatever their hash, and folders that nobody lists', async () => {
    const payload: RawMember[] = [
      a,
      { name: 'empty', type: '5' },
      { name: 'lib/folder', type: '2', linkName: '.' },
      { name: 'lib/other', type: '2', linkName: '../share/of/another' },
      { name: 'lib/round', type: '2', linkName: 'round' },
      { name: 'lib/out', type: '2', linkName: '../../lib/a' },
    ];
    const rows = (all: { _path: string }[]) =>
      all.flatMap((row) =>
        row._path === 'empty' ? [] : [{ ...row, sha256: Reflect.get(row, 'sha256') ?? '0'.repeat(64) }],
      );
    expect(await codesOf({ payload, rows })).toEqual([]);
  });

  it('finds a prefix that lies across slices, and in a file that comes before paths.json', async () => {
    const prefix = `/opt/${'placehold_'.repeat(20)}`;
    const data = `${'x'.repeat(256 * 1024 - 90)}${prefix}${'y'.repeat(1000)}`;
    const rows: SoundPackage['rows'] = (all) => all.map((row) => ({ ...row, prefix_placeholder: prefix }));
    expect(await codesOf({ payload: [{ name: 'lib/a', data }], rows })).toEqual([]);
    const { codes } = await judgeBytes(soundTarBz2({ payload: [{ name: 'lib/a', data }], rows }), {
      groups,
      id: `linux-64/${stem}.tar.bz2`,
    });
    expect(codes).toEqual([]);
    const cut = data.replace('placehold_', 'placeholt_');
    expect(await codesOf({ payload: [{ name: 'lib/a', data: cut }], rows })).toEqual(['reject B2.placeholder']);
  });

  it('holds a package without paths.json', async () => {
    expect(await codesOf({ rows: null })).toEqual(['hold B2.absent']);
  });

  it('names ten of many', async () => {
    const payload = Array.from({ length: 50 }, (_, i) => ({ name: `lib/${i}` }));
    const { firings } = await judgeBytes(soundConda({ payload, rows: () => [] }), { groups });
    expect(firings).toHaveLength(11);
    expect(firings.at(-1)?.detail).toBe('and 40 more');
  });
});

describe('B3', () => {
  const judged = (subdir: string, machine: string, name = 'lib/x') =>
    codesOf({ payload: [{ name, data: binaryFor(machine) }], index: { subdir } }, { id: `${subdir}/${stem}.conda` });

  it.each([
    ['linux-aarch64', 'elf-x86_64'],
    ['noarch', 'elf-x86_64'],
    ['noarch', 'macho-arm64'],
    ['noarch', 'pe-x86_64'],
    ['linux-64', 'elf-aarch64'],
    ['linux-ppc64le', 'elf-ppc64'],
    ['osx-arm64', 'macho-x86_64'],
    ['win-64', 'pe-arm64'],
  ])('holds in %s what is for %s', async (subdir, machine) => {
    expect(await judged(subdir, machine)).toEqual(['hold B3.machine']);
  });

  it.each([
    ['linux-64', 'elf-x86_64'],
    ['linux-aarch64', 'elf-aarch64'],
    ['linux-ppc64le', 'elf-ppc64le'],
    ['osx-64', 'macho-universal'],
    ['osx-arm64', 'macho-arm64'],
    ['win-64', 'pe-x86_64'],
    ['noarch', 'wasm'],
    ['linux-fake', 'elf-aarch64'],
  ])('passes in %s what is for %s', async (subdir, machine) => {
    expect(await judged(subdir, machine)).toEqual([]);
  });

  it('warns of another system’s, and of the launchers that packagers carry', async () => {
    expect(await judged('linux-64', 'pe-x86_64')).toEqual(['warn B3.foreign']);
    expect(await judged('noarch', 'pe-arm64', 'site-packages/pip/_vendor/distlib/t64-arm.exe')).toEqual([
      'warn B3.carried',
    ]);
    expect(await judged('noarch', 'pe-arm64', 'site-packages/pip/_vendor/distlib/x.exe')).toEqual(['hold B3.machine']);
    expect(await judged('osx-64', 'macho-arm64', 'menuinst/data/appkit_launcher_arm64')).toEqual(['warn B3.carried']);
  });
});

describe('B5', () => {
  const now = 1_700_000_000_000;
  const hour = 3_600_000;

  it('holds what was built in the future, until then', async () => {
    const { firings } = await judgeBytes(soundConda({ index: { timestamp: now + hour + 1 } }), { groups, now });
    expect(firings).toMatchObject([{ code: 'B5.future', verdict: 'hold', until: now + 1 }]);
    expect(await codesOf({ index: { timestamp: (now + 2 * hour) / 1000 } }, { now })).toEqual(['hold B5.future']);
  });

  it('warns of what was built after its channel listed it', async () => {
    const offered = { now, origin: 'upstream', record: record({ indexed_timestamp: now - 2 }) };
    expect(await codesOf({ index: { timestamp: now - 1 } }, offered)).toEqual(['warn B5.indexed']);
    expect(await codesOf({ index: { timestamp: now - 2 } }, offered)).toEqual([]);
  });

  it('passes a clock that is an hour ahead, and none', async () => {
    expect(await codesOf({ index: { timestamp: now + hour } }, { now })).toEqual([]);
    expect(await codesOf({ index: { timestamp: 'today' } }, { now })).toEqual([]);
  });
});

describe('B7', () => {
  const about = (data: string) => codesOf({ info: [{ name: 'info/about.json', data }] });
  const index = (data: string) =>
    judgeBytes(buildConda({ info: infoTar({ name: 'info/link.json', data }) }), { groups });

  it.each([
    ['a key twice', '{"a": {"name": 1, "name": 2}}', 'duplicate'],
    ['65 levels', `${'['.repeat(65)}${']'.repeat(65)}`, 'depth'],
    ['a number beyond 2^53', '{"a": 9007199254740993}', 'number'],
  ])('rejects %s in a package’s own JSON', async (_, text, kind) => {
    expect(await about(text)).toEqual([`reject B7.${kind}`]);
  });

  it('rejects what is not UTF-8', async () => {
    const info = [{ name: 'info/about.json', data: Buffer.from([0x22, 0xff, 0x22]) }];
    expect(await codesOf({ info })).toEqual(['reject B7.utf8']);
  });

  it('passes one name in two objects, 64 levels, and text that looks like a key', async () => {
    expect(await about('[{"a": "b"}, {"a": "\\"b\\": 1, \\"b\\": 2"}]')).toEqual([]);
    expect(await about(`${'['.repeat(64)}${']'.repeat(64)}`)).toEqual([]);
    expect((await index('{"noarch": {"type": "python"}}')).codes).toEqual(['hold B2.absent']);
  });
});
