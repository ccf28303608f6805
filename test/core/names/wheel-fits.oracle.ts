import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { subdirSchema } from '../../../core/names/subdir.ts';
import { parseWheelFileName } from '../../../core/names/wheel-file-name.ts';
import { wheelFits } from '../../../core/names/wheel-fits.ts';
import { disagreements } from '../../support/python/disagreements.ts';
import { packagingSays } from '../../support/python/packaging-says.ts';

/** `packaging` knows only the machine that it runs on: the glibc and the architecture are put in its way. */
const setUp = `
import functools
from packaging import _manylinux
_manylinux._have_compatible_abi = lambda *_: True
_manylinux._get_manylinux_module = lambda: None

@functools.cache
def fitting(platform, version, minor):
    system, _, machine = platform.partition(' ')
    if system == 'linux':
        _manylinux._get_glibc_version = lambda: _manylinux._GLibCVersion(*version)
        platforms = ['linux_' + machine, *([] if machine == 'armv6l' else _manylinux.platform_tags([machine]))]
    elif system == 'macosx':
        platforms = list(tags.mac_platforms(version, machine))
    else:
        platforms = [platform]
    abi = f'cp3{minor}m' if minor < 8 else f'cp3{minor}'
    return frozenset([
        *tags.cpython_tags((3, minor), [abi], platforms), *tags.compatible_tags((3, minor), f'cp3{minor}', platforms)
    ])
`;

const targets: readonly [subdir: string, platform: string][] = [
  ['linux-64', 'linux x86_64'],
  ['linux-32', 'linux i686'],
  ['linux-aarch64', 'linux aarch64'],
  ['linux-armv6l', 'linux armv6l'],
  ['linux-armv7l', 'linux armv7l'],
  ['linux-ppc64le', 'linux ppc64le'],
  ['linux-loong64', 'linux loongarch64'],
  ['osx-64', 'macosx x86_64'],
  ['osx-arm64', 'macosx arm64'],
  ['win-32', 'win32'],
  ['win-64', 'win_amd64'],
  ['win-arm64', 'win_arm64'],
];

const versionsOf = (platform: string): readonly (readonly [number, number])[] => {
  if (platform.startsWith('linux'))
    return [
      [2, 5],
      [2, 17],
      [2, 28],
      [2, 39],
    ];
  if (platform.endsWith('arm64'))
    return [
      [11, 0],
      [13, 0],
      [14, 5],
    ];
  return platform.startsWith('macosx')
    ? [
        [10, 9],
        [10, 15],
        [11, 3],
        [13, 0],
      ]
    : [[0, 0]];
};

const pythons = fc.constantFrom(
  ...['py2', 'py3', 'py3', 'py2.py3', 'py36', 'py30', 'py311', 'py315', 'py27', 'pp310', 'cp3', 'cp27'],
  ...['cp31', 'cp32', 'cp36', 'cp37', 'cp38', 'cp311', 'cp312', 'cp313', 'cp311.cp312', 'CP312'],
);
const abis = fc.constantFrom(
  ...[
    'none',
    'none',
    'none',
    'abi3',
    'abi3',
    'abi3.cp312',
    'abi3t',
    'cp37m',
    'cp37',
    'cp38',
    'cp311',
    'cp312',
    'cp313t',
  ],
);
const minors = fc.constantFrom(3, 6, 7, 8, 11, 12, 13);

const libcs = fc.constantFrom(
  ...['linux', 'manylinux1', 'manylinux2010', 'manylinux2014', 'musllinux_1_2'],
  ...['2_4', '2_5', '2_12', '2_16', '2_17', '2_28', '2_39', '3_0'].map((version) => `manylinux_${version}`),
);
const macosVersions = fc.constantFrom('10_3', '10_4', '10_9', '10_16', '10_17', '11_0', '11_3', '12_0', '13_0', '14_0');
const macosFormats = fc.constantFrom(
  'x86_64',
  'arm64',
  'intel',
  'universal2',
  'universal',
  'fat',
  'fat3',
  'fat64',
  'i386',
);
const windows = fc.constantFrom('win32', 'win_amd64', 'win_arm64');

/** Platform tags, most of them of the system that is asked about. */
function platformTags(name: string): fc.Arbitrary<string> {
  const [, machine = ''] = name.split(' ');
  const linux = fc.tuple(libcs, fc.constantFrom(machine, machine, 'x86_64', 'aarch64')).map((parts) => parts.join('_'));
  const macos = fc.tuple(macosVersions, macosFormats).map(([version, format]) => `macosx_${version}_${format}`);
  const own = name.startsWith('linux') ? linux : name.startsWith('macosx') ? macos : windows;
  const tag = fc.oneof(
    { weight: 6, arbitrary: own },
    { weight: 3, arbitrary: fc.constant('any') },
    { weight: 1, arbitrary: fc.oneof(linux, macos, windows, fc.constant('android_24_arm64_v8a')) },
  );
  return fc.array(tag, { minLength: 1, maxLength: 2 }).map((tags) => tags.join('.'));
}

describe('wheelFits', () => {
  it.each(targets)('agrees with packaging about %s', (subdir, name) => {
    const versions = versionsOf(name);
    const cases = fc.sample(fc.tuple(pythons, abis, platformTags(name), fc.constantFrom(...versions), minors), 2000);
    const asked = cases.map(([python, abi, tags, version, minor]) => [
      `${python}-${abi}-${tags}`,
      name,
      version,
      minor,
    ]);
    const theirs = packagingSays(
      'not fitting(it[1], tuple(it[2]), it[3]).isdisjoint(tags.parse_tag(it[0]))',
      asked,
      setUp,
    );
    const mine = cases.map(([python, abi, tags, version, pythonMinor]) => {
      const read = parseWheelFileName(`x-1-${python}-${abi}-${tags}.whl`);
      const [glibc, macos] = name.startsWith('linux') ? [version.join('.'), null] : [null, version.join('.')];
      return read.ok && wheelFits(read.wheel, { subdir: subdirSchema.parse(subdir), pythonMinor, glibc, macos });
    });
    expect(disagreements(asked, mine, theirs)).toEqual([]);
    expect(mine.filter(Boolean).length).toBeGreaterThan(25);
  });
});
