import fc from 'fast-check';
import { specifierText, spelledSpecifierText } from './pep440-arbitraries.ts';

const operators = fc.constantFrom('==', '!=', '<', '<=', '>', '>=', '~=', 'in', 'not in', '===');
const versions = fc.constantFrom(
  ...[
    '2.7',
    '3',
    '3.6',
    '3.8',
    '3.9',
    '3.10',
    '3.11',
    '3.12',
    '4',
    '3.11.0',
    '3.11.4',
    '3.12.1',
    '3.11.0a7',
    '3.12.0rc1',
  ],
  ...['3.*', '3.11.*', '2.6 2.7', '3.10 3.11 3.12', '3.8,3.9', 'x', '', ' 3.11 '],
);
const texts = fc.constantFrom(
  ...[
    'linux',
    'linux2',
    'darwin',
    'win32',
    'cygwin',
    'win32 cygwin',
    'Linux',
    'Darwin',
    'Windows',
    'posix',
    'nt',
    'java',
  ],
  ...[
    'x86_64',
    'AMD64',
    'arm64',
    'aarch64',
    'i386 i686 x86_64',
    'cpython',
    'pypy',
    'CPython',
    'PyPy',
    'win',
    'lin',
    '',
  ],
);
const textVariable = fc.constantFrom(
  ...['sys_platform', 'platform_system', 'platform_machine', 'os_name', 'implementation_name'],
  ...['platform_python_implementation', 'sys.platform', 'os.name', 'python_implementation', 'platform.machine'],
);
const versionVariable = fc.constantFrom(
  'python_version',
  'python_version',
  'python_full_version',
  'implementation_version',
);
const unknowable = fc.constantFrom('platform_release', 'platform_version', 'platform.version');

const quote = fc.constantFrom('"', "'");
const gap = fc.constantFrom(' ', ' ', ' ', '  ', '\t');
const maybe = fc.constantFrom('', '', ' ');

function comparison(variable: fc.Arbitrary<string>, value: fc.Arbitrary<string>, op = operators): fc.Arbitrary<string> {
  return fc
    .record({ variable, value, op, mark: quote, space: gap, turned: fc.constantFrom(false, false, false, true) })
    .map(({ variable: name, value: text, op: sign, mark, space, turned }) => {
      const string = `${mark}${text}${mark}`;
      return (turned ? [string, sign, name] : [name, sign, string]).join(space);
    });
}

const extra = fc.constantFrom('x', 'X_y', 'x.Y', 'test', 'all', '');

/** One comparison; the first of each form is the commonest. */
const item = fc.oneof(
  { weight: 6, arbitrary: comparison(versionVariable, versions) },
  { weight: 6, arbitrary: comparison(textVariable, texts) },
  { weight: 3, arbitrary: comparison(fc.constant('extra'), extra, fc.constantFrom('==', '==', '==', '!=')) },
  {
    weight: 1,
    arbitrary: comparison(unknowable, fc.constantFrom('5', '5.10', 'Ubuntu'), fc.constantFrom('==', '>=', 'in')),
  },
);

/** Sound markers, with groups up to three deep. */
export const markerText = fc.letrec<{ term: string; list: string }>((tie) => ({
  term: fc.oneof(
    { maxDepth: 3 },
    { weight: 4, arbitrary: item },
    { weight: 1, arbitrary: fc.tuple(maybe, tie('list'), maybe).map((parts) => `(${parts.join('')})`) },
  ),
  list: fc
    .tuple(tie('term'), fc.array(fc.tuple(fc.constantFrom('and', 'or'), tie('term')), { maxLength: 2 }))
    .map(([first, rest]) => first + rest.map(([op, term]) => ` ${op} ${term}`).join('')),
})).list;

/** Markers with a piece too many, too few or out of place. */
const damagedMarker = fc
  .tuple(markerText, fc.nat(), fc.constantFrom('', '(', ')', ' and ', '"', 'in', 'platform', ' ', ';', '\\', '=', '.'))
  .map(([text, at, piece]) => {
    const where = at % (text.length + 1);
    return text.slice(0, where) + piece + text.slice(where + (piece === '' ? 3 : 0));
  });

const name = fc.constantFrom('six', 'Ruamel.YAML', 'a', 'A_b-C.d', 'zope.interface', '3to2', '-x', 'x-', '', 'x y');
const listed = fc.constantFrom('', '', '', '[toml]', '[X_y, x.Y]', '[ a,b ]', '[]', '[a,]', '[a b]', '[a', '[-a]');
const versionsWanted = fc.oneof(
  { weight: 3, arbitrary: specifierText },
  { weight: 2, arbitrary: specifierText.map((text) => `(${text})`) },
  { weight: 2, arbitrary: spelledSpecifierText },
  { weight: 1, arbitrary: spelledSpecifierText.map((text) => `( ${text} )`) },
  {
    weight: 1,
    arbitrary: fc.constantFrom('', '()', '(', '(>=1', '>=1)', '@ https://example.org/x.whl', '@', '>=1,', '1.0'),
  },
);

/** Requirements, sound or not, in every form. */
export const requirementText = fc
  .record({
    name,
    one: maybe,
    listed,
    two: maybe,
    versionsWanted,
    three: maybe,
    marker: fc.oneof(
      { weight: 3, arbitrary: fc.constant('') },
      { weight: 4, arbitrary: markerText.map((text) => `; ${text}`) },
      { weight: 2, arbitrary: damagedMarker.map((text) => `;${text}`) },
    ),
  })
  .map((parts) => Object.values(parts).join(''));
