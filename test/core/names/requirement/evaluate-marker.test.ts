import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { evaluateMarker } from '../../../../core/names/requirement/evaluate-marker.ts';
import { markerEnvironment } from '../../../../core/names/requirement/marker-environment.ts';
import { subdirSchema } from '../../../../core/names/subdir.ts';
import { extraOf } from '../../../support/python/parsed-names.ts';
import { markerText } from '../../../support/python/requirement-arbitraries.ts';
import { environmentOf, markerOf } from '../../../support/python/requirement-of.ts';

const holds = (text: string, subdir = 'linux-64', python = '3.12', extras: string[] = []): boolean | null =>
  evaluateMarker(markerOf(text), environmentOf(subdir, python), extras.map(extraOf));

describe('evaluateMarker', () => {
  it('takes each platform and each Python what pip takes there', () => {
    const markers = {
      tomli: 'python_version < "3.11"',
      pywin32: 'sys_platform == "win32"',
      futures: 'python_version == "2.7"',
      x: 'platform_machine == "ppc64le"',
    };
    const taken = (subdir: string, python: string): string[] =>
      Object.entries(markers).flatMap(([name, text]) => (holds(text, subdir, python) ? [name] : []));
    expect(taken('linux-64', '3.10')).toEqual(['tomli']);
    expect(taken('osx-arm64', '3.11.0rc1')).toEqual([]);
    expect(taken('win-64', '3.10.4')).toEqual(['tomli', 'pywin32']);
    expect(taken('win-64', '3.12')).toEqual(['pywin32']);
    expect(taken('linux-ppc64le', '3.12')).toEqual(['x']);
  });

  it.each([
    ['python_version > "3.9"', true],
    ['python_version in "2.6 2.7 3.12"', true],
    ['python_version not in "2.6 2.7"', true],
    ['"3.10" <= python_version', true],
    ['python_version >= "3.x"', false],
    ['python_version == "3.*"', true],
    ['sys_platform in "linux linux2"', true],
    ['"linux" in sys_platform', true],
    ['sys.platform == "linux" and python_implementation == "CPython"', true],
    ['os_name == "posix" and (platform_machine == "arm64" or platform_machine == "x86_64")', true],
    ['platform_system > "A"', false],
    ['os_name == "nt" or os_name == "posix" and sys_platform == "darwin"', false],
    ['implementation_name != "cpython"', false],
  ])('%s: %s', (text, expected) => {
    expect(holds(text)).toBe(expected);
  });

  it('cannot decide what kernels differ in, unless something else decides', () => {
    expect(holds('platform_release >= "5"')).toBeNull();
    expect(holds('platform_version == "x" and sys_platform == "linux"')).toBeNull();
    expect(holds('platform_release >= "5" and sys_platform == "win32"')).toBe(false);
    expect(holds('platform_release >= "5" or sys_platform == "linux"')).toBe(true);
    expect(holds('os_name ~= "posix"')).toBeNull();
  });

  it('decides about patches where each patch of the minor version agrees', () => {
    expect(holds('python_full_version < "3.11.0a7"', 'linux-64', '3.11')).toBe(false);
    expect(holds('python_full_version < "3.11.0a7"', 'linux-64', '3.10')).toBe(true);
    expect(holds('python_full_version >= "3.6.2"')).toBe(true);
    expect(holds('python_full_version == "3.12.*"')).toBe(true);
    expect(holds('python_full_version >= "3.12.4"')).toBeNull();
    expect(holds('python_full_version != "3.12.4"')).toBeNull();
    expect(holds('python_full_version in "3.12.3 3.12.4"')).toBeNull();
    expect(holds('python_full_version >= "3.12.4"', 'linux-64', '3.12.4')).toBe(true);
  });

  it('looks at extras by their normal names, once without one and once for each', () => {
    expect(holds('extra == "Test_More"')).toBe(false);
    expect(holds('extra == "Test_More"', 'linux-64', '3.12', ['x', 'test-more'])).toBe(true);
    expect(holds('extra != "x"', 'linux-64', '3.12', ['x'])).toBe(true);
  });

  it('and, or: as logic has it', () => {
    const all = fc.constantFrom('linux-64', 'osx-arm64', 'win-64');
    fc.assert(
      fc.property(markerText, markerText, all, (a, b, subdir) => {
        const [left, right] = [holds(a, subdir), holds(b, subdir)];
        expect(holds(`(${a}) and (${b})`, subdir)).toBe(holds(`(${b}) and (${a})`, subdir));
        if (left === true) expect(holds(`(${a}) or (${b})`, subdir)).toBe(true);
        if (left === true && right === true && !/extra/.test(a + b))
          expect(holds(`(${a}) and (${b})`, subdir)).toBe(true);
      }),
    );
  });
});

describe('markerEnvironment', () => {
  it('counts a release candidate as its minor version', () => {
    expect(environmentOf('win-64', '3.11.0rc1')).toMatchObject({
      python_version: '3.11',
      python_full_version: '3.11.0rc1',
      sys_platform: 'win32',
      platform_system: 'Windows',
      platform_machine: 'AMD64',
      os_name: 'nt',
    });
  });

  it.each([
    ['freebsd-64', '3.12'],
    ['noarch', '3.12'],
    ['linux-64', '3'],
    ['linux-64', 'three'],
  ])('knows none for %s and Python %s', (subdir, python) => {
    expect(markerEnvironment(subdirSchema.parse(subdir), python)).toBeNull();
  });
});
