import { describe, expect, test } from 'vitest';
import { subdirSchema } from '../../../core/names/subdir.ts';
import { virtualPackagesFor } from '../../../core/solve/virtual-packages.ts';

const on = (platform: string, overrides?: Record<string, string>): Record<string, string> =>
  virtualPackagesFor(subdirSchema.parse(platform), overrides);

describe('virtualPackagesFor', () => {
  test.each([
    ['linux-64', { __unix: '0', __linux: '5.10', __glibc: '2.28', __archspec: '1=x86_64' }],
    ['linux-aarch64', { __unix: '0', __linux: '5.10', __glibc: '2.28', __archspec: '1=aarch64' }],
    ['linux-fake', { __unix: '0', __linux: '5.10', __glibc: '2.28' }],
    ['osx-64', { __unix: '0', __osx: '13.0', __archspec: '1=x86_64' }],
    ['osx-arm64', { __unix: '0', __osx: '13.0', __archspec: '1=m1' }],
    ['win-64', { __win: '10', __archspec: '1=x86_64' }],
    ['win-arm64', { __win: '10', __archspec: '1=aarch64' }],
    ['emscripten-wasm32', { __unix: '0', __archspec: '1=wasm32' }],
    ['zos-z', {}],
    ['noarch', {}],
  ])('%s', (platform, expected) => {
    expect(on(platform)).toEqual(expected);
  });

  test('overrides replace and add', () => {
    expect(on('linux-64', { __glibc: '2.17', __cuda: '12.4' })).toEqual({
      ...on('linux-64'),
      __glibc: '2.17',
      __cuda: '12.4',
    });
    expect(on('zos-z', { __unix: '0' })).toEqual({ __unix: '0' });
  });
});
