import fc from 'fast-check';

const letters = fc.constantFrom('a', 'b', 'rc', 'dev', 'post', 'alpha', 'devel', 'postx', 'X', 'h');
const numbers = fc.oneof(
  { weight: 20, arbitrary: fc.integer({ min: 0, max: 30 }).map(String) },
  { weight: 1, arbitrary: fc.constantFrom('007', '20240131', '9007199254740993', '18446744073709551615') },
);
const segment = fc.oneof(
  { weight: 6, arbitrary: numbers },
  { weight: 2, arbitrary: fc.tuple(numbers, letters).map((runs) => runs.join('')) },
  { weight: 1, arbitrary: letters },
  { weight: 2, arbitrary: fc.tuple(fc.oneof(fc.constant(''), numbers), letters, numbers).map((runs) => runs.join('')) },
);
const dotted = (separator: '_' | '-'): fc.Arbitrary<string> =>
  fc
    .array(fc.tuple(fc.constantFrom('.', '.', '.', separator), segment), { minLength: 1, maxLength: 4 })
    .map((parts) => parts.map(([join, text], i) => (i === 0 ? text : join + text)).join(''));

/** Versions of every shape that CEP 33 knows: epochs, local parts, either separator; some end in an underscore. */
export const versionText = fc.constantFrom('_' as const, '-' as const).chain((separator) =>
  fc
    .record({
      epoch: fc.constantFrom('', '', '', '', '1!'),
      main: dotted(separator),
      open: fc.constantFrom('', '', '', '', '', separator),
      local: fc.oneof(
        { weight: 5, arbitrary: fc.constant('') },
        dotted(separator).map((text) => `+${text}`),
      ),
    })
    .map(({ epoch, main, open, local }) => `${epoch}${main}${open}${local}`),
);

/** Versions that the solver takes in a spec: it mistakes an underscore at the end for a build. */
const plainVersion = versionText.filter((text) => !/[_-](\+|$)/.test(text));

const comparison = fc
  .tuple(
    fc.constantFrom('', '', '=', '==', '!=', '<', '<=', '>', '>=', '~='),
    plainVersion,
    fc.constantFrom('', '', '', '.*', '*'),
  )
  .map(([operator, version, glob]) => operator + version + glob);

/** Version expressions, with groups up to three deep. */
export const versionSpecText = fc.letrec<{ term: string; group: string }>((tie) => ({
  term: fc.oneof(
    { maxDepth: 3 },
    { weight: 5, arbitrary: comparison },
    { weight: 1, arbitrary: fc.constant('*') },
    { weight: 1, arbitrary: tie('group').map((group) => `(${group})`) },
  ),
  group: fc
    .tuple(tie('term'), fc.array(fc.tuple(fc.constantFrom(',', '|'), tie('term')), { maxLength: 2 }))
    .map(([first, rest]) => first + rest.map(([join, term]) => join + term).join('')),
})).group;

export const buildText = fc.constantFrom(
  '0',
  'py36_1',
  'h123_0',
  'py*',
  '*_1',
  '*',
  'p*_*',
  '^py.*$',
  '^py[23]6_1$',
  'mkl',
);

const space = fc.constantFrom('', '', ' ', '  ');

/** MatchSpecs on `foo` in their many spellings; all of them hold only what a solver takes. */
export const matchSpecText = fc.oneof(
  fc
    .tuple(fc.constantFrom('foo', 'Foo', ' foo '), space, versionSpecText)
    .map(([name, gap, version]) => (/^[=<>!~]/.test(version) ? name + gap + version : `${name} ${version}`)),
  fc
    .tuple(
      versionSpecText,
      buildText.filter((build) => !build.includes('[')),
    )
    .map((parts) => `foo ${parts.join(' ')}`),
  fc
    .tuple(
      plainVersion,
      buildText.filter((build) => !build.includes('[')),
    )
    .map((parts) => `foo=${parts.join('=')}`),
  fc
    .record(
      {
        version: versionSpecText,
        build: buildText,
        build_number: fc.constantFrom('0', '>=1', '<2', '!=1', '==1'),
        md5: fc.constantFrom('a'.repeat(32), 'B'.repeat(32)),
      },
      { requiredKeys: [] },
    )
    .filter((keys) => Object.keys(keys).length > 0)
    .map((keys) => `foo[${Object.entries(keys).map(([key, value]) => `${key}="${value}"`)}]`),
);
