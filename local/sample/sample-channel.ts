import { buildChannel, type ChannelOptions, type ChannelPackage } from './build-channel.ts';
import type { PackageSpec } from './build-package.ts';
import type { PackageIndex } from './package-metadata.ts';

export const samplePlatforms = ['linux-64', 'osx-arm64', 'win-64'] as const;

/** The sample upstream's hotfixes: the packages' own `depends` cannot be met, the records' can. */
const samplePatches: Readonly<Record<string, PackageIndex>> = {
  'campus-stats-1.4.0-h2b7d9e1_0.conda': { depends: ['campus-base >=1.0,<3.0a0'] },
};

/**
 * Writes a small, complete upstream channel to `folder`: three platforms and noarch, both archive formats, several
 * versions, a chain of dependencies, a hotfixed record, and a package that nothing on the sample allowlist needs.
 *
 * @param more packages beside these
 */
export async function buildSampleChannel(
  folder: string,
  options: Pick<ChannelOptions, 'forms'> = {},
  more: readonly ChannelPackage[] = [],
): Promise<void> {
  await buildChannel(folder, [...samplePackages(samplePlatforms), ...more], { ...options, patches: samplePatches });
}

/** The text of an `allowlist.json` for the sample upstream at `channelUrl`, and for the sample index where one is named. */
export function sampleAllowlist(channelUrl: string, indexUrl?: string): string {
  const allowlist = {
    channels: [channelUrl],
    ...(indexUrl !== undefined && { indexes: [indexUrl], condaNames: { 'campus-text': 'campus-text' } }),
    platforms: samplePlatforms,
    packages: [
      'campus-notebook ==2.0.0',
      'campus-toolchain >=2',
      'campus-stats',
      'campus-fonts ==1.0',
      { spec: 'campus-native >=1.0', platforms: ['linux-64'], reason: 'measured on the cluster only' },
      ...(indexUrl === undefined ? [] : indexEntries),
    ],
    environments: { 'course-101': ['campus-notebook ==2.0.0', 'campus-stats'] },
  };
  return `${JSON.stringify(allowlist, null, 2)}\n`;
}

const indexEntries = [
  { pypi: 'campus-quiz' },
  { pypi: 'campus-graphs ==1.10', sdist: 'unpack', depends: ['python <3.12'], reason: 'graph theory course' },
];

/** Every package of the sample upstream, the compiled ones once per platform. */
export const samplePackages = (platforms: readonly string[]): readonly PackageSpec[] => [
  ...purePackages(),
  ...platforms.flatMap(compiledPackages),
];

function purePackages(): readonly PackageSpec[] {
  const notebook = ['python >=3.9', 'campus-plot >=1.2', 'campus-text >=0.9'];
  return [
    pure('pip', '24.0', ['python >=3.8']),
    pure('pip', '24.1', ['python >=3.8']),
    pure('campus-notebook', '1.0.0', ['python >=3.8', 'campus-text']),
    pure('campus-notebook', '1.1.0', notebook),
    { ...pure('campus-notebook', '2.0.0', notebook), constrains: ['campus-stats >=1.2'] },
    pure('campus-text', '0.9', ['python >=3.8']),
    pure('campus-text', '1.0', ['python >=3.8']),
    pure('campus-arcade', '3.1', ['python >=3.8', 'campus-text']),
    fonts,
  ];
}

const fonts: PackageSpec = {
  name: 'campus-fonts',
  version: '1.0',
  build: '0',
  subdir: 'noarch',
  noarch: 'generic',
  format: '.tar.bz2',
  license: 'OFL-1.1',
  files: [{ path: 'fonts/campus-regular.ttf', size: 2000 }],
};

/** A noarch python package. */
function pure(name: string, version: string, depends: readonly string[]): PackageSpec {
  const module = name.replaceAll('-', '_');
  const metadata = `Metadata-Version: 2.1\nName: ${name}\nVersion: ${version}\n`;
  return {
    name,
    version,
    build: 'pyhd8ed1ab_0',
    subdir: 'noarch',
    noarch: 'python',
    format: '.conda',
    depends,
    files: [
      { path: `site-packages/${module}/__init__.py`, content: `__version__ = '${version}'\n` },
      { path: `site-packages/${module}-${version}.dist-info/METADATA`, content: metadata },
    ],
  };
}

function compiledPackages(subdir: string): readonly PackageSpec[] {
  const { older, newer } = systems[subdir] ?? { older: [], newer: [] };
  const compiled = (name: string, version: string, depends: readonly string[] = []) =>
    library({ name, version, build: 'h2b7d9e1_0', subdir, depends, format: '.conda' });
  const base = compiled('campus-base', '2.0');
  return [
    ...['3.11', '3.12'].flatMap((minor) => pythonPackages(subdir, minor)),
    { ...compiled('campus-base', '1.0'), format: '.tar.bz2' },
    compiled('campus-base', '1.1'),
    // One stem in both formats: clients see the .conda only.
    { ...base, format: '.tar.bz2' },
    { ...base, runExports: { weak: ['campus-base >=2.0,<3.0a0'] } },
    compiled('campus-middle', '1.0', ['campus-base >=1.0,<2.0a0']),
    compiled('campus-middle', '2.0', ['campus-base >=2.0,<3.0a0']),
    compiled('campus-toolchain', '1.0', ['campus-middle >=1.0,<2.0a0']),
    compiled('campus-toolchain', '2.0', ['campus-middle >=2.0,<3.0a0']),
    // Cannot be met: upstream's record is hotfixed.
    compiled('campus-stats', '1.4.0', ['campus-base >=9.0']),
    compiled('campus-native', '1.0', older),
    compiled('campus-native', '1.2', older),
    compiled('campus-native', '2.0', newer),
  ];
}

/** The virtual packages (CEP 30) that an older and a newer build of `campus-native` depend on. */
const systems: Readonly<Record<string, Record<'older' | 'newer', readonly string[]>>> = {
  'linux-64': { older: ['__glibc >=2.17'], newer: ['__glibc >=2.34'] },
  'osx-arm64': { older: ['__osx >=11.0'], newer: ['__osx >=14.0'] },
  'win-64': { older: ['__win'], newer: ['__win >=11'] },
};

/** A python that only looks like one, and what is compiled against it. */
function pythonPackages(subdir: string, minor: string): readonly PackageSpec[] {
  const [, digits = ''] = minor.split('.');
  const python = `python >=${minor},<3.${Number(digits) + 1}.0a0`;
  const path = subdir.startsWith('win-') ? 'python.exe' : `bin/python${minor}`;
  const content = `#!/bin/sh\necho 'This python ${minor} is a sample.'\n`;
  const plot = (version: string) =>
    library({
      name: 'campus-plot',
      version,
      build: `py3${digits}h5eee18b_0`,
      subdir,
      depends: [python, 'campus-base >=1.1,<3.0a0'],
      format: '.conda',
    });
  return [
    {
      name: 'python',
      version: `${minor}.4`,
      build: 'h194c7f8_0_cpython',
      subdir,
      format: '.conda',
      files: [{ path, content, mode: 0o755 }],
    },
    plot('1.1'),
    plot('1.2'),
  ];
}

function library(spec: PackageSpec): PackageSpec {
  const path = spec.subdir.startsWith('win-') ? `Library/bin/${spec.name}.dll` : `lib/lib${spec.name}.so`;
  return { ...spec, files: [{ path, content: `sample ${spec.name} ${spec.version} for ${spec.subdir}\n` }] };
}
