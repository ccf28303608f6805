import fc from 'fast-check';
import { keyRules } from '../../../core/record/key-rules.ts';

const md5 = '0123456789abcdef0123456789abcdef';

/** Members of one record each that public channels, or hostile ones, wrote where something else belongs. */
export const oddMembers: readonly object[] = [
  { timestamp: 1505136837.5 },
  { timestamp: 1e30 },
  { timestamp: 2 ** 63 },
  { timestamp: -1 },
  { timestamp: '1505136837' },
  { timestamp: 253402300799 },
  { timestamp: [] },
  { track_features: null },
  { track_features: { a: 1 } },
  { track_features: [1] },
  { track_features: ' a  b,' },
  { license: ['MIT', 'BSD-3-Clause'] },
  { license: 7 },
  { license: '\ud800' },
  { license_family: ['MIT'] },
  { arch: ['x86_64'] },
  { platform: 1 },
  { features: ['a', 'b'] },
  { features: { a: 1 } },
  { legacy_bz2_md5: 'x' },
  { legacy_bz2_md5: md5 },
  { legacy_bz2_size: -1 },
  { legacy_bz2_size: 2 ** 60 },
  { noarch: 'foo' },
  { noarch: 'Python' },
  { noarch: 1 },
  { purls: 'pkg:pypi/a' },
  { purls: ['a', 'pkg:pypi', 'pkg:pypi/a'] },
  { python_site_packages_path: 3 },
  { run_exports: ['a'] },
  { run_exports: { weak: null, strong: 'a' } },
  { extra_depends: ['a'] },
  { extra_depends: { a: 'b' } },
  { extra_depends: { a: [''], b: ['x::c'], c: ['lib>=1'] } },
  { flags: 'a' },
  { subdir: null },
  { subdir: 'osx-64' },
  { constrains: null },
  { constrains: 'lib >=1' },
  { constrains: ['lib>=1', 'x::lib', '*', 7, 'lib[build_number=3]'] },
  { depends: null },
  { depends: 'lib' },
  { requires: ['lib 1'] },
  { fn: 'other-1-0.conda', url: 'x', channel: 'y', schannel: 7, filename: null },
  { record_version: 1.5 },
  { indexed_timestamp: 'x' },
  { app_entry: [[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]] },
  { app_entry: 2 ** 60, '\udc00': 1, ok: [1e21, 1e-7] },
  JSON.parse('{"__proto__": {"a": 1}}'),
];

/** Spellings of dependencies that `lib 2.0 cuda12_0` fulfils. */
export const libSpellings = [
  'lib',
  'LIB >=0.4',
  'lib\t>=1',
  'lib\u00a0>=1',
  ' lib>=1 ',
  'lib=2.0=cuda12_0',
  'lib==2.0',
  'lib=2',
  'lib 2.*',
  'lib 2.0 cuda*',
  'lib  2.0   cuda12_0',
  'lib >= 1 , <3 | 4.*',
  'lib[version=">=1,<3"]',
  'lib [version=2.0, build=cuda12_0]',
  'lib>=1  # why',
  'lib ==2.0=cuda*',
  'lib (>=1,<3)|4',
  'lib !=1.0',
  'lib ~=2.0',
] as const;

const oddText = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 8 }),
  fc.constantFrom('\ud800', '', 'generic', 'Python', md5, `${md5}${md5}`, 'pkg:pypi/a', 'a b'),
);
const oddNumber = fc.oneof(fc.double(), fc.integer(), fc.constantFrom(2 ** 53, 1e21, 253402300799, -0, 0.5));
const oddValue = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    fc.oneof(oddText, oddNumber, fc.constantFrom(null, true, false)),
    fc.array(tie('value'), { maxLength: 3 }),
    fc.dictionary(fc.oneof(oddText, fc.constantFrom('weak', 'strong', 'noarch')), tie('value'), { maxKeys: 3 }),
  ),
})).value;

/** `requires` and what a record is told by stay as they are, or nothing of it would enter. */
const oddKeys = [...keyRules.keys(), 'app_entry', 'summary', 'size_of'].filter(
  (key) => !['depends', 'md5', 'sha256'].includes(key),
);

/** Members for a record whose dependencies, where it has any, `lib 2.0 cuda12_0` fulfils. */
export const anyMembers: fc.Arbitrary<object> = fc
  .tuple(
    fc.dictionary(
      fc.oneof({ weight: 4, arbitrary: fc.constantFrom(...oddKeys) }, { weight: 1, arbitrary: oddText }),
      oddValue,
      {
        maxKeys: 4,
      },
    ),
    fc.array(fc.constantFrom(...libSpellings), { maxLength: 2 }),
  )
  .map(([members, depends]) => ({ depends, ...members }));
