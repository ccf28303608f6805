import { describe, expect, it } from 'vitest';
import { defaultLimits } from '../../../../core/archive/limits.ts';
import { readContents } from '../../../../core/gate/contents/read-contents.ts';
import type { Contents } from '../../../../core/gate/reading.ts';
import { sha256Of } from '../../../../core/names/digest.ts';
import { bytesSource } from '../../../../core/ports/byte-source.ts';
import { GatehouseError } from '../../../../core/problems/error.ts';
import type { RawMember } from '../../../support/archives/build-tar.ts';
import { binaryFor } from '../../../support/gate/native-heads.ts';
import { buildConda, pkgTar, stem } from '../../../support/packages/build-package.ts';
import { soundConda, soundTarBz2 } from '../../../support/packages/sound-package.ts';
import { buildSdist } from '../../../support/python/build-sdist.ts';
import { buildWheel } from '../../../support/python/build-wheel.ts';

type Kind = 'package' | 'wheel' | 'sdist';

async function contentsOf(bytes: Uint8Array, fileName = `${stem}.conda`, kind: Kind = 'package'): Promise<Contents> {
  const reading = await readContents({ kind, fileName, bytes: bytesSource(bytes) });
  if (reading.status !== 'read') throw new Error(`${reading.status}: ${reading.detail}`);
  return reading.contents;
}

const payload: RawMember[] = [
  { name: 'lib/', type: '5', mode: 0o755 },
  { name: 'lib/big', data: 'b'.repeat(300_000), mode: 0o755 },
  { name: 'lib/x.so', data: binaryFor('elf-x86_64') },
  { name: 'lib/l', type: '2', linkName: 'big' },
  { name: 'site-packages/a.pth', data: 'import os\n' },
];

describe('readContents', () => {
  it.each([
    ['.conda', soundConda],
    ['.tar.bz2', soundTarBz2],
  ])('reads all of a %s', async (ending, build) => {
    const { members, unpacked, index, paths, texts } = await contentsOf(build({ payload }), `${stem}${ending}`);
    expect(members.get('lib/big')).toEqual({
      ...{ path: 'lib/big', type: 'file', mode: 0o755, size: 300_000, linkTarget: null, machine: null },
      sha256: sha256Of('b'.repeat(300_000)),
    });
    expect(members.get('lib/l')).toMatchObject({ type: 'symlink', linkTarget: 'big', sha256: null, machine: null });
    expect(members.get('lib/x.so')?.machine).toBe('elf-x86_64');
    expect(members.get('lib')?.type).toBe('directory');
    expect(index?.name).toBe('demo');
    expect(paths?.map(({ _path }) => _path)).toContain('lib/l');
    expect(Buffer.from(texts.get('site-packages/a.pth') ?? []).toString()).toBe('import os\n');
    const files = [...members.values()].filter(({ type }) => type === 'file');
    expect(unpacked).toBe(files.reduce((sum, { size }) => sum + size, 0));
  });

  it('reads a wheel, and an sdist below its folder', async () => {
    const files = { 'demo/__init__.py': 'x = 1\n', 'a.pth': 'import x\n', 'demo/y.so': binaryFor('elf-x86_64') };
    const wheel = await contentsOf(buildWheel({ files }), 'demo-1.0-py3-none-any.whl', 'wheel');
    expect(wheel.wheel?.stem).toBe('demo-1.0');
    expect(wheel.members.get('demo/y.so')).toMatchObject({
      machine: 'elf-x86_64',
      sha256: sha256Of(files['demo/y.so']),
    });
    expect([...wheel.texts.keys()]).toEqual([
      'demo/__init__.py',
      'a.pth',
      'demo-1.0.dist-info/METADATA',
      'demo-1.0.dist-info/WHEEL',
    ]);
    const sdist = await contentsOf(buildSdist({ files: { 'a.pth': 'x' } }), 'demo-1.0.tar.gz', 'sdist');
    expect(sdist.members.get('a.pth')).toMatchObject({ sha256: sha256Of('x'), mode: 0o644, size: 1 });
    expect(sdist.texts.has('setup.py')).toBe(true);
  });

  it('keeps the start of code that runs on import, whole texts up to a mebibyte, and says which are larger', async () => {
    const members: RawMember[] = [
      { name: 'site-packages/x/__init__.py', data: 'i'.repeat(70_000) },
      { name: 'site-packages/a.pth', data: 'p'.repeat(1024 ** 2) },
      { name: 'site-packages/b.pth', data: 'p'.repeat(1024 ** 2 + 1) },
      { name: 'lib/other.py', data: 'o' },
    ];
    const { texts, tooLarge } = await contentsOf(soundConda({ payload: members }));
    expect(texts.get('site-packages/x/__init__.py')).toHaveLength(64 * 1024);
    expect(texts.get('site-packages/a.pth')).toHaveLength(1024 ** 2);
    expect(tooLarge).toEqual(['site-packages/b.pth']);
    expect(texts.has('site-packages/b.pth') || texts.has('lib/other.py')).toBe(false);
  });

  it('finds secrets in payload and names, and none in libraries that read keys', async () => {
    const token = ['ghp', '_', 'a1B2'.repeat(9)].join('');
    const library = Buffer.concat([binaryFor('elf-x86_64'), Buffer.from(token)]);
    const members: RawMember[] = [
      { name: 'x.py', data: `t = "${token}"` },
      { name: '.env' },
      { name: 'y.so', data: library },
    ];
    expect((await contentsOf(soundConda({ payload: members }))).secrets).toEqual([
      { path: 'x.py', kind: 'github-token' },
      { path: '.env', kind: 'env-file' },
    ]);
  });

  it('says with which code a reader refused', async () => {
    const cut = buildConda().subarray(0, 100);
    expect(await readContents({ kind: 'package', fileName: `${stem}.conda`, bytes: bytesSource(cut) })).toEqual({
      status: 'refused',
      code: 'A4.framing',
      detail: 'the file does not end in a ZIP end record',
    });
    expect(await readContents({ kind: 'package', fileName: 'x', bytes: bytesSource(cut) })).toMatchObject({
      code: 'A3.file-name',
    });
  });

  it('holds JSON to the limit', async () => {
    const limits = { ...defaultLimits, jsonBytes: 100 };
    const file = { kind: 'package', fileName: `${stem}.conda`, bytes: bytesSource(buildConda()) } as const;
    expect(await readContents(file, limits)).toMatchObject({ code: 'A13.json' });
  });

  it('lets trouble with the store pass, and no other', async () => {
    const failing = (error: Error) => ({ size: 10 ** 6, read: () => Promise.reject(error) });
    const read = (error: Error) => readContents({ kind: 'package', fileName: `${stem}.conda`, bytes: failing(error) });
    await expect(read(new GatehouseError('store.broken', 'gone'))).rejects.toThrow('gone');
    expect(await read(new TypeError('a bug'))).toEqual({ status: 'failed', detail: 'a bug' });
  });
});

it('keeps a secret that comes behind many of another kind', async () => {
  const git = Array.from({ length: 200 }, (_, at) => ({ name: `share/.git/${at}`, data: '' }));
  const key = { name: 'share/z.py', data: `"${['AKI', 'A234567ABCDEFGHIJ'].join('')}"` };
  const bytes = bytesSource(buildConda({ pkg: pkgTar(...git, key) }));
  const reading = await readContents({ kind: 'package', fileName: `${stem}.conda`, bytes });
  const kinds = reading.status === 'read' ? reading.contents.secrets.map(({ kind }) => kind) : [];
  expect(new Set(kinds)).toEqual(new Set(['git-folder', 'aws-key']));
});
