import { describe, expect, it } from 'vitest';
import { readContents } from '../../../../core/gate/contents/read-contents.ts';
import { factsOf } from '../../../../core/gate/facts/facts-of.ts';
import { sha256Of } from '../../../../core/names/digest.ts';
import { bytesSource } from '../../../../core/ports/byte-source.ts';
import { recordSchema } from '../../../../core/record/record.ts';
import { offeredBytes } from '../../../support/gate/judge-bytes.ts';
import { binaryFor } from '../../../support/gate/native-heads.ts';
import { indexJson, stem } from '../../../support/packages/build-package.ts';
import { type SoundPackage, soundConda } from '../../../support/packages/sound-package.ts';
import { buildWheel } from '../../../support/python/build-wheel.ts';

async function factsFor(bytes: Uint8Array, offered: Parameters<typeof offeredBytes>[1] = {}) {
  const file = { ...offeredBytes(bytes, offered), sha256: null, isServed: false };
  const fileName = file.id.split('/').at(-1) ?? '';
  const reading = await readContents({ kind: file.kind, fileName, bytes: bytesSource(bytes) });
  if (reading.status !== 'read') throw new Error(reading.detail);
  return factsOf(reading.contents, file);
}

const of = (parts: SoundPackage, offered = {}) => factsFor(soundConda(parts), offered);
const metadata = (name: string, version: string) => `Metadata-Version: 2.1\nName: ${name}\nVersion: ${version}\n`;

describe('factsOf', () => {
  it('tells what a package depends on, by its own word and its record’s', async () => {
    const index = { depends: ['Python >=3.9', 'conda-forge::x', 'y[version=1]', 'z=1.0'] };
    const record = recordSchema.parse({ ...indexJson, depends: ['added <2', 'python'] });
    expect((await of({ index }, { record })).depends).toEqual(['python', 'x', 'y', 'z', 'added']);
  });

  it('tells which projects it installs, and not which it vendors', async () => {
    const payload = [
      { name: 'site-packages/Demo_X-1.0.dist-info/METADATA', data: metadata('Demo_X', '1.0') },
      { name: 'site-packages/demo/_vendor/inner-2.0.dist-info/METADATA', data: metadata('inner', '2.0') },
      { name: 'lib/python3.9/site-packages/old-3.egg-info/PKG-INFO', data: metadata('old', '3') },
      { name: 'lib/python3.9/site-packages/older-4.egg-info', data: metadata('older', '4') },
      { name: 'site-packages/bad-1.dist-info/METADATA', data: 'Name: -\n' },
    ];
    const mapping = { project: 'mapped', version: null, by: 'mapping' } as const;
    expect((await of({ payload }, { projects: [mapping] })).projects).toEqual([
      { project: 'demo-x', version: '1.0', by: 'dist-info' },
      { project: 'old', version: '3', by: 'dist-info' },
      { project: 'older', version: '4', by: 'dist-info' },
    ]);
    expect((await of({}, { projects: [mapping] })).projects).toEqual([mapping]);
    const made = { project: 'demo-x', version: '1.0', by: 'made' } as const;
    expect((await of({ payload: payload.slice(0, 1) }, { projects: [made] })).projects).toEqual([made]);
  });

  it('tells what runs by itself, what is native, what is large and foreign, and which hosts code names', async () => {
    const pth = 'import os\n';
    const payload = [
      { name: 'site-packages/a.pth', data: pth },
      { name: 'site-packages/x/__init__.py', data: 'u = "https://user@Evil.example/p"; a = "10.0.0.1"\n' },
      { name: 'site-packages/x/big.js', data: 'j'.repeat(1024 ** 2 + 1) },
      { name: 'site-packages/x/small.js', data: 'j' },
      { name: 'site-packages/x/big.py', data: 'j'.repeat(1024 ** 2 + 1) },
      { name: 'lib/x.so', data: binaryFor('elf-x86_64') },
      { name: 'lib/x.wasm', data: binaryFor('wasm') },
    ];
    const facts = await of({ payload });
    expect(facts.scripts).toEqual([{ path: 'site-packages/a.pth', sha256: sha256Of(pth), check: 'D3' }]);
    expect(facts.natives).toBe(1);
    expect(facts.blobs).toEqual([{ path: 'site-packages/x/big.js', size: 1024 ** 2 + 1 }]);
    expect(facts.hosts).toEqual(['10.0.0.1', 'evil.example']);
  });

  it('tells license and maintainers, where they can be read', async () => {
    const about = (value: unknown) => ({ info: [{ name: 'info/about.json', data: JSON.stringify(value) }] });
    const facts = await of({ index: { license: 'MIT' }, ...about({ extra: { 'recipe-maintainers': ['a', 1, 'b'] } }) });
    expect([facts.license, facts.maintainers]).toEqual(['MIT', ['a', 'b']]);
    for (const odd of [[], {}, { extra: null }, { extra: { 'recipe-maintainers': 'a' } }]) {
      expect((await of(about(odd))).maintainers).toEqual([]);
    }
  });

  it('tells of a wheel what it is and requires', async () => {
    const bytes = buildWheel({ metadata: 'Requires-Dist: Some.Thing >=1; extra == "x"\nLicense: MIT\n' });
    const id = 'simple/demo/demo-1.0-py3-none-any.whl';
    const { depends, license, projects } = await factsFor(bytes, { kind: 'wheel', id, name: 'Demo' });
    expect({ depends, license }).toEqual({ depends: ['some-thing'], license: 'MIT' });
    expect(projects).toEqual([{ project: 'demo', version: '1.0', by: 'itself' }]);
  });

  it('keeps no list of a hostile package long', async () => {
    const depends = Array.from({ length: 5000 }, (_, i) => `d${i}`);
    const payload = Array.from({ length: 500 }, (_, i) => ({ name: `site-packages/x${i}.pth`, data: 'import x\n' }));
    const facts = await factsFor(soundConda({ index: { depends }, payload }), { id: `linux-64/${stem}.conda` });
    expect([facts.depends.length, facts.scripts.length]).toEqual([200, 200]);
  });
});
