import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { readContents } from '../../../../core/gate/contents/read-contents.ts';
import { refusalFiring } from '../../../../core/gate/contents/refusal.ts';
import type { GateMember } from '../../../../core/gate/reading.ts';
import { f1Zip } from '../../../../core/gate/wheels/f1-zip.ts';
import { f2Names } from '../../../../core/gate/wheels/f2-names.ts';
import { f3Record } from '../../../../core/gate/wheels/f3-record.ts';
import { f4Tags } from '../../../../core/gate/wheels/f4-tags.ts';
import { f5Places } from '../../../../core/gate/wheels/f5-places.ts';
import { machinesOf } from '../../../../core/gate/wheels/machines-of.ts';
import { bytesSource } from '../../../../core/ports/byte-source.ts';
import { firingsOf, saidOf, smallSubject } from '../../../support/gate/small-subject.ts';
import { buildWheel, type RawWheel, readBuilt } from '../../../support/python/build-wheel.ts';

const fileName = 'demo-1.0-py3-none-any.whl';

/** The code with which a wheel that a reader refuses is rejected. */
async function rejection(bytes: Uint8Array, name = fileName): Promise<string | null> {
  const reading = await readContents({ kind: 'wheel', fileName: name, bytes: bytesSource(bytes) });
  return reading.status === 'refused' ? refusalFiring(reading, 'wheel').firing.code : null;
}

const md5 = createHash('md5').update('x = 1\n').digest('base64url');

const built = (raw: RawWheel = {}) => Buffer.from(buildWheel(raw));

describe('a wheel that a reader refuses', () => {
  it.each<[string, string, RawWheel]>([
    ['two .dist-info', 'F2.dist-info', { files: { 'other-1.0.dist-info/METADATA': '' } }],
    ['no METADATA', 'F2.dist-info', { info: { METADATA: null } }],
    [
      'another name in METADATA',
      'F2.identity',
      { info: { METADATA: 'Metadata-Version: 2.1\nName: x\nVersion: 1.0\n' } },
    ],
    ['two names in METADATA', 'F2.field', { metadata: 'Name: demo\n' }],
    ['a version of the format that is not known', 'F2.version', { info: { WHEEL: 'Wheel-Version: 2.0\n' } }],
    ['a file that RECORD omits', 'F3.record-unlisted', { record: (row) => (row.startsWith('demo.py') ? null : row) }],
    [
      'a file with another hash',
      'F3.record-hash',
      { record: (row) => row.replace(/^(demo.py,sha256=)..../, '$1AAAA') },
    ],
    ['an md5 in RECORD', 'F3.record-hash', { record: (row) => row.replace(/^(demo.py,)[^,]*/, `$1md5=${md5}`) }],
    ['a link', 'F5.file-type', { modes: { 'demo.py': 0o120777 } }],
    ['the data folder of another project', 'F5.scheme', { files: { 'other-1.0.data/purelib/x.py': '' } }],
    [
      'a command with a separator',
      'D5.entry-point',
      { info: { 'entry_points.txt': '[console_scripts]\n../x = m:f\n' } },
    ],
    ['a name that leads out', 'A9.not-normal', { files: { '../x.py': '' } }],
  ])('with %s is rejected with %s', async (_, code, raw) => {
    const found = await rejection(built(raw));
    expect(found?.split('.')[0]).toBe(code.split('.')[0]);
    if (!code.startsWith('A9')) expect(found).toBe(code);
  });

  it('for its ZIP is rejected by F1, and a package by A4', async () => {
    const bytes = built();
    expect(await rejection(Buffer.concat([bytes, Buffer.from('x')]))).toMatch(/^F1\./);
    expect(await rejection(bytes.subarray(0, -5))).toMatch(/^F1\./);
    const refused = { code: 'A4.framing', detail: 'x' };
    expect(refusalFiring(refused, 'package')).toEqual({ id: 'A4', firing: { ...refused, verdict: 'reject' } });
    expect(refusalFiring(refused, 'wheel').firing.code).toBe('F1.framing');
  });

  it('is read when it is sound, and no check of wheels says a word', async () => {
    const reading = await readContents({ kind: 'wheel', fileName, bytes: bytesSource(built()) });
    expect(reading.status).toBe('read');
    for (const check of [f1Zip, f2Names, f3Record, f4Tags, f5Places]) {
      expect(await firingsOf(check, smallSubject({ kind: 'wheel', reading }))).toEqual([]);
    }
  });
});

describe('F2', () => {
  const findings = [{ code: 'metadata.line', detail: 'METADATA has a line that is no field' }];

  it('warns of a line of METADATA that is none, of wheels alone', async () => {
    expect(await saidOf(f2Names, smallSubject({ kind: 'wheel', contents: { findings } }))).toEqual(['warn F2.line']);
    expect(await saidOf(f2Names, smallSubject({ contents: { findings } }))).toEqual([]);
  });
});

describe('F4', () => {
  const binary = (path: string, machine: string): [string, GateMember] => [
    path,
    { path, type: 'file', mode: 0o755, size: 1, sha256: null, linkTarget: null, machine },
  ];
  const said = async (tag: string, ...binaries: [string, GateMember][]) => {
    const wheel = await readBuilt({ fileName: `demo-1.0-cp312-cp312-${tag}.whl` });
    return saidOf(f4Tags, smallSubject({ kind: 'wheel', contents: { wheel, members: new Map(binaries) } }));
  };

  it.each([
    ['any', 'elf-x86_64'],
    ['any', 'pe-x86_64'],
    ['manylinux_2_17_x86_64', 'elf-aarch64'],
    ['manylinux2014_aarch64', 'elf-x86_64'],
    ['linux_x86_64', 'macho-arm64'],
    ['musllinux_1_2_i686', 'elf-x86_64'],
    ['macosx_11_0_arm64', 'macho-x86_64'],
    ['macosx_10_9_universal2', 'elf-x86_64'],
    ['win_arm64', 'pe-x86_64'],
    ['win32', 'elf-x86'],
    ['manylinux1_x86_64', 'elf-other'],
  ])('holds in a wheel for %s a binary that is %s', async (tag, machine) => {
    expect(await said(tag, binary('demo/x.so', machine))).toEqual(['hold F4.machine']);
  });

  it.each([
    ['manylinux_2_17_x86_64', 'elf-x86_64'],
    ['musllinux_1_2_aarch64', 'elf-aarch64'],
    ['linux_armv7l', 'elf-arm'],
    ['manylinux_2_17_x86_64.manylinux2014_x86_64', 'elf-x86_64'],
    ['macosx_11_0_arm64', 'macho-universal'],
    ['macosx_10_9_universal2', 'macho-x86_64'],
    ['macosx_10_9_x86_64.macosx_11_0_arm64', 'macho-arm64'],
    ['win_amd64', 'pe-x86_64'],
    ['android_24_arm64_v8a', 'elf-aarch64'],
    ['any', 'wasm'],
    ['manylinux_2_28_x86_64', 'elf-cuda'],
  ])('passes in a wheel for %s a binary that is %s', async (tag, machine) => {
    expect(await said(tag, binary('demo/x.so', machine))).toEqual([]);
  });

  it("passes the launchers of Windows in everybody's wheels", async () => {
    expect(await said('any', binary('distlib/t64.exe', 'pe-x86_64'))).toEqual([]);
    expect(await said('any', binary('distlib/t64.dll', 'pe-x86_64'))).toEqual(['hold F4.machine']);
  });

  it('holds a platform that is none', async () => {
    expect(await said('beos_x86_64', binary('x.so', 'elf-x86_64'))).toEqual(['hold F4.platform']);
    expect(await said('manylinux_2_17_x86_64.linux_pdp11', binary('x.so', 'elf-x86_64'))).toEqual(['hold F4.platform']);
  });

  it('warns that WHEEL says other tags', async () => {
    const findings = [{ code: 'wheel.tags', detail: 'WHEEL says "py2"' }];
    const wheel = await readBuilt();
    expect(await saidOf(f4Tags, smallSubject({ kind: 'wheel', contents: { wheel, findings } }))).toEqual([
      'warn F4.tags',
    ]);
  });

  it('says nothing of packages', async () => {
    expect(await saidOf(f4Tags, smallSubject({ contents: { members: new Map([binary('x.so', 'pe-x86')]) } }))).toEqual(
      [],
    );
  });
});

describe('a platform tag', () => {
  it.each(['ios_13_0_arm64_iphoneos', 'pyodide_2024_0_wasm32', 'linux_riscv64', 'macosx_10_4_fat', 'win32'])(
    '%s is one',
    (tag) => {
      expect(machinesOf(tag)).not.toBeNull();
    },
  );

  it.each(['', 'linux', 'manylinux_x', 'macosx_arm64', 'macosx_11_0_sparc', 'win64', 'any_x86_64', 'x86_64'])(
    '%j is none',
    (tag) => {
      expect(machinesOf(tag)).toBeNull();
    },
  );
});

describe('F5', () => {
  const said = (...paths: string[]) =>
    firingsOf(f5Places, smallSubject({ kind: 'wheel', files: Object.fromEntries(paths.map((path) => [path, ''])) }));

  it('warns once each of files among the commands and in the environment', async () => {
    expect(await said('demo-1.0.data/scripts/a', 'demo-1.0.data/scripts/b', 'demo-1.0.data/data/share/x')).toEqual([
      { code: 'F5.scripts', verdict: 'warn', detail: '"demo-1.0.data/scripts/a" and 1 more goes among the commands' },
      { code: 'F5.data', verdict: 'warn', detail: `"demo-1.0.data/data/share/x" goes in the environment's own folder` },
    ]);
  });

  it('rejects a scheme that is none', async () => {
    expect(await said('demo-1.0.data/PURELIB/x.pth')).toMatchObject([{ code: 'F5.scheme', verdict: 'reject' }]);
    expect(await said('demo-1.0.data/x.pth')).toMatchObject([{ code: 'F5.scheme', verdict: 'reject' }]);
  });

  it('says nothing of modules and headers, nor of packages', async () => {
    expect(
      await said('demo.py', 'demo-1.0.data/purelib/a.py', 'demo-1.0.data/platlib/b.py', 'demo-1.0.data/headers/x.h'),
    ).toEqual([]);
    expect(await firingsOf(f5Places, smallSubject({ files: { 'x.data/scripts/a': '' } }))).toEqual([]);
  });
});
