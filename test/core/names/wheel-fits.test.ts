import { expect, it } from 'vitest';
import { subdirSchema } from '../../../core/names/subdir.ts';
import { wheelFits } from '../../../core/names/wheel-fits.ts';
import { wheelOf } from '../../support/python/parsed-names.ts';

const fits = (tags: string, subdir: string, pythonMinor: number): boolean =>
  wheelFits(wheelOf(`x-1-${tags}.whl`), {
    subdir: subdirSchema.parse(subdir),
    pythonMinor,
    glibc: subdir.startsWith('linux') ? '2.28' : null,
    macos: subdir.startsWith('osx') ? '13.0' : null,
  });

it.each([
  ['py3-none-any', 'linux-64', 8, true],
  ['py2.py3-none-any', 'win-64', 12, true],
  ['py2-none-any', 'linux-64', 12, false],
  ['py36-none-any', 'linux-64', 12, true],
  ['py36-none-any', 'linux-64', 5, false],
  ['cp312-none-any', 'linux-64', 12, true],
  ['cp312-none-any', 'linux-64', 13, false],
  ['cp312-cp312-any', 'linux-64', 12, false],
  ['cp37-cp37m-manylinux1_x86_64', 'linux-64', 7, true],
  ['cp37-cp37-manylinux1_x86_64', 'linux-64', 7, false],
  ['cp36-abi3-manylinux2014_x86_64', 'linux-64', 12, true],
  ['cp312-abi3-manylinux2014_x86_64', 'linux-64', 12, true],
  ['cp313-abi3-manylinux2014_x86_64', 'linux-64', 12, false],
  ['cp313-cp313t-manylinux2014_x86_64', 'linux-64', 13, false],
  ['cp312-cp312-manylinux_2_17_x86_64.manylinux2014_x86_64', 'linux-64', 12, true],
  ['cp312-cp312-manylinux_2_28_x86_64', 'linux-64', 12, true],
  ['cp312-cp312-manylinux_2_34_x86_64', 'linux-64', 12, false],
  ['cp312-cp312-manylinux_2_17_aarch64', 'linux-64', 12, false],
  ['cp312-cp312-manylinux1_aarch64', 'linux-aarch64', 12, false],
  ['cp312-cp312-manylinux2014_aarch64', 'linux-aarch64', 12, true],
  ['cp312-cp312-musllinux_1_2_x86_64', 'linux-64', 12, false],
  ['cp312-cp312-macosx_11_0_arm64', 'osx-arm64', 12, true],
  ['cp312-cp312-macosx_11_3_arm64', 'osx-arm64', 12, false],
  ['cp312-cp312-macosx_10_9_arm64', 'osx-arm64', 12, false],
  ['cp312-cp312-macosx_14_0_arm64', 'osx-arm64', 12, false],
  ['cp312-cp312-macosx_10_9_universal2', 'osx-arm64', 12, true],
  ['cp312-cp312-macosx_10_9_x86_64', 'osx-arm64', 12, false],
  ['cp312-cp312-macosx_10_9_x86_64', 'osx-64', 12, true],
  ['cp312-cp312-win_amd64', 'win-64', 12, true],
  ['cp312-cp312-win32', 'win-64', 12, false],
  ['py3-none-win_amd64', 'win-64', 12, true],
  ['py3-none-any', 'freebsd-64', 12, true],
  ['py3-none-linux_x86_64', 'freebsd-64', 12, false],
])('%s on %s with Python 3.%i: %s', (tags, subdir, minor, expected) => {
  expect(fits(tags, subdir, minor)).toBe(expected);
});

it('takes no manylinux and no macosx wheel where machines have neither', () => {
  const target = { pythonMinor: 12, glibc: null, macos: null };
  const linux = wheelOf('x-1-cp312-cp312-manylinux2014_x86_64.whl');
  expect(wheelFits(linux, { ...target, subdir: subdirSchema.parse('linux-64') })).toBe(false);
  const macos = wheelOf('x-1-cp312-cp312-macosx_10_9_x86_64.whl');
  expect(wheelFits(macos, { ...target, subdir: subdirSchema.parse('osx-64') })).toBe(false);
});
