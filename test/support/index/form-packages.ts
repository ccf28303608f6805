import { bzip2 } from '../archives/build-bzip2.ts';
import { buildTar, type RawMember } from '../archives/build-tar.ts';
import { buildZip } from '../archives/build-zip.ts';
import { buildFrame, rawBlock } from '../archives/build-zstd.ts';

/** One package of the channel that forms are compared on, told by its own metadata. */
export interface FormPackage {
  readonly subdir: string;
  readonly filename: string;
  readonly bytes: Uint8Array;
}

interface Told {
  readonly subdir?: string;
  readonly formats?: readonly ('.conda' | '.tar.bz2')[];
  readonly index?: Readonly<Record<string, unknown>>;
  readonly about?: unknown;
  readonly runExports?: unknown;
  readonly paths?: readonly Readonly<Record<string, unknown>>[];
  readonly recipe?: string;
}

/** Whole bytes depend on no compressor: hashes are in the golden files. */
function build(stem: string, told: Told): FormPackage[] {
  const { subdir = 'linux-64', formats = ['.conda'], about, runExports, paths = [], recipe } = told;
  const [build = '', version = '', ...name] = stem.split('-').reverse();
  const identity = { name: name.reverse().join('-'), version, build, subdir };
  const index = { build_number: 0, depends: [], timestamp: 1_700_000_000_000, ...told.index, ...identity };
  const files: readonly (readonly [string, unknown])[] = [
    ['info/about.json', about],
    ['info/index.json', index],
    ['info/paths.json', { paths: paths.map((path) => ({ path_type: 'hardlink', ...path })), paths_version: 1 }],
    ['info/recipe/meta.yaml', recipe],
    ['info/run_exports.json', runExports],
  ];
  const info: RawMember[] = files.flatMap(([path, content]) =>
    content === undefined
      ? []
      : [{ name: path, data: typeof content === 'string' ? content : JSON.stringify(content) }],
  );
  const payload = { name: 'share/readme', data: stem };
  const frame = (...members: RawMember[]) =>
    buildFrame({ blocks: [{ type: 0, data: buildTar(...members) }, rawBlock('')], windowLog: 17 });
  return formats.map((format) => ({
    subdir,
    filename: stem + format,
    bytes:
      format === '.tar.bz2'
        ? bzip2(buildTar(...info, payload))
        : buildZip([
            { name: 'metadata.json', data: '{"conda_pkg_format_version": 2}' },
            { name: `pkg-${stem}.tar.zst`, data: frame(payload) },
            { name: `info-${stem}.tar.zst`, data: frame(...info) },
          ]),
  }));
}

const both = ['.conda', '.tar.bz2'] as const;
const at = (day: number) => 1_700_000_000_000 + day * 86_400_000;

/** Two subdirs: twins, versions out of text order, features, scripts, prefixes, old timestamps, text beyond ASCII. */
export const formPackages: readonly FormPackage[] = [
  ...build('alpha-1.0-h0_0', {
    formats: both,
    index: { depends: ['libc'], license: 'MIT', timestamp: at(1) },
    about: { home: 'https://alpha.example', license: 'BSD', summary: 'First\nlines ', tags: ['one', 'two'] },
    runExports: { weak: ['alpha >=1.0,<2'] },
  }),
  ...build('alpha-1.9-h0_0', {
    index: { depends: ['libc >=2'], timestamp: at(2) },
    about: { home: 'https://alpha.example/9', summary: 'Ninth', description: ['a ', 'list\n', 'of texts'] },
    runExports: { strong: ['alpha >=1.9,<2'], weak: ['libc'] },
    paths: [{ _path: 'etc/conda/activate.d/alpha.sh' }],
  }),
  ...build('alpha-1.10-h0_0', {
    index: { depends: ['beta 2.*', 'libc >=2', 'none-such >=1'], timestamp: at(3), license: 'Apache-2.0' },
    about: { summary: 'Größe ☃ 𝄞', dev_url: 'https://dev.example', doc_url: '', keywords: [], identifiers: ['x:y'] },
    recipe:
      'package:\n  name: alpha\nsource:\n  sha256: abc\n  url: https://src.example/alpha-1.10.tar.gz\nbuild:\n  number: 0\n',
    paths: [
      { _path: 'bin/alpha', prefix_placeholder: '/opt/placehold', file_mode: 'binary' },
      { _path: 'bin/.alpha-post-link.sh', prefix_placeholder: '/opt/placehold', file_mode: 'text' },
    ],
  }),
  ...build('alpha-1.10-h0_1', {
    index: { build_number: 1, depends: ['beta 1.*', 'libc'], timestamp: at(4) },
    about: { summary: 'Tenth, rebuilt', home: 'https://alpha.example/10', license: 'Apache-2.0' },
    recipe: 'source:\n  - url: https://src.example/a\n  - url: https://src.example/b\n',
    runExports: { weak: ['alpha >=1.10,<2'] },
  }),
  ...build('beta-1.0-0', { formats: ['.tar.bz2'], index: { timestamp: 1_500_000_000 } }),
  ...build('beta-1.5-0', { formats: ['.tar.bz2'], index: { depends: ['delta'], timestamp: at(0) } }),
  ...build('beta-2.0-0', {
    formats: both,
    index: { timestamp: at(5) },
    recipe: "source:\n  git_rev: main\n  git_url: 'https://git.example/beta'\n",
    about: { recipe_origin: 'https://recipes.example' },
  }),
  ...build('beta-b-1.0-0', { index: { depends: ['beta >=1,<2|3.*', 'alpha 1.9 h0_0'] } }),
  ...build('beta-v1-0', { formats: ['.tar.bz2'] }),
  ...build('delta-0.9-0', { index: { timestamp: at(1) } }),
  ...build('delta-1.0-plain_0', { index: { build_number: 3, timestamp: at(1) } }),
  ...build('delta-1.0-plain_1', { index: { build_number: 4, timestamp: at(1) } }),
  ...build('delta-1.1-feat_0', { index: { track_features: 'fast', depends: ['alpha'], timestamp: at(2) } }),
  ...build('libc-1.0-0', { formats: ['.tar.bz2'], index: { timestamp: at(1), license: 'LGPL' } }),
  ...build('libc-2.0-0', {
    index: { timestamp: at(1), constrains: ['alpha >1'], arch: 'x86_64', platform: 'linux' },
    paths: [{ _path: 'Scripts/.libc-pre-unlink.bat' }, { _path: 'x/.libc-pre-link.sh' }],
  }),
  ...build('libc-2.1-0', { index: { timestamp: at(9), odd_key: { nested: [1, 2.5, null] } } }),
  ...build('alpha-1.2-py_0', {
    subdir: 'noarch',
    index: { noarch: 'python', timestamp: at(20) },
    about: { summary: 'Only old', doc_source_url: 'https://doc.example/src' },
    paths: [{ _path: 'etc/conda/deactivate.d/x' }],
    runExports: { noarch: ['alpha'] },
  }),
  ...build('gamma-3.0-0', {
    subdir: 'noarch',
    formats: both,
    index: { noarch: 'generic', depends: ['alpha'], timestamp: at(3) },
    about: { summary: 'Gamma', home: 'https://gamma.example' },
    recipe: 'source:\n    url:\n      - https://one.example/g\n      - https://two.example/g\n',
  }),
];

/** Instructions for linux-64 that use all there is: both sections, a twin, a name that is not there. */
export const formInstructions = {
  patch_instructions_version: 1,
  packages: {
    'alpha-1.0-h0_0.tar.bz2': { depends: ['libc >=1,<2'], license: 'Patched' },
    'beta-1.0-0.tar.bz2': { depends: ['patched-in'] },
    'nobody-1.0-0.tar.bz2': { depends: [] },
  },
  'packages.conda': {
    'alpha-1.0-h0_0.conda': { license: 'Patched .conda only' },
    'libc-2.1-0.conda': { constrains: ['alpha >2'], features: 'none' },
  },
  remove: ['beta-2.0-0.tar.bz2', 'delta-0.9-0.conda', 'nobody-1.0-0.conda'],
  revoke: ['libc-1.0-0.tar.bz2', 'alpha-1.9-h0_0.conda'],
};
