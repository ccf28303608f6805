import fc from 'fast-check';

/** Small numbers, so that two versions often share a release; zeros at the end, so that they write it in two ways. */
const number = fc.oneof(
  { weight: 20, arbitrary: fc.integer({ min: 0, max: 3 }).map(String) },
  { weight: 3, arbitrary: fc.constantFrom('9', '10', '11', '12') },
  { weight: 1, arbitrary: fc.constantFrom('20240131', '20240131120000', '9007199254740993') },
);
const release = fc.array(number, { minLength: 1, maxLength: 4 }).map((parts) => parts.join('.'));

interface Shape {
  readonly epoch: string;
  readonly release: string;
  readonly pre: string;
  readonly post: string;
  readonly dev: string;
}

const sometimes = (weight: number, arbitrary: fc.Arbitrary<string>): fc.Arbitrary<string> =>
  fc.oneof({ weight: 10 - weight, arbitrary: fc.constant('') }, { weight, arbitrary });

const small = fc.integer({ min: 0, max: 2 }).map(String);
const shape: fc.Arbitrary<Shape> = fc.record({
  epoch: sometimes(1, fc.constantFrom('1!', '2!', '0!')),
  release,
  pre: sometimes(
    3,
    fc.tuple(fc.constantFrom('a', 'b', 'rc'), small).map((parts) => parts.join('')),
  ),
  post: sometimes(
    2,
    small.map((n) => `.post${n}`),
  ),
  dev: sometimes(
    2,
    small.map((n) => `.dev${n}`),
  ),
});

/** Versions as PyPI has them: canonical, without a local part. */
export const publicVersionText = shape.map(({ epoch, release: main, pre, post, dev }) =>
  [epoch === '0!' ? '' : epoch, main, pre, post, dev].join(''),
);

const local = fc
  .array(fc.constantFrom('1', 'cu118', 'ubuntu', '0', '01', '12', 'abc'), { minLength: 1, maxLength: 3 })
  .map((parts) => `+${parts.join('.')}`);

/** Canonical, one in ten with a local part. */
export const versionTextWithLocal = fc.tuple(publicVersionText, sometimes(1, local)).map((parts) => parts.join(''));

const separator = fc.constantFrom('', '', '.', '-', '_');
const spelt = (words: readonly string[]): fc.Arbitrary<string> =>
  fc
    .tuple(separator, fc.constantFrom(...words), separator, fc.oneof(fc.constant(''), small))
    .map((parts) => parts.join(''));

/** Every spelling of PEP 440's appendix B, and some that are none. */
export const spelledVersionText = fc
  .record({
    before: fc.constantFrom('', '', '', 'v', 'V', ' ', ' v'),
    epoch: sometimes(1, fc.constantFrom('1!', '0!', '01!', '!')),
    release: fc.oneof({ weight: 9, arbitrary: release }, fc.constantFrom('1.', '01.02', '1..2', '', '1.x')),
    pre: sometimes(4, spelt(['a', 'b', 'c', 'rc', 'alpha', 'BETA', 'pre', 'Preview', 'x'])),
    post: sometimes(3, fc.oneof(spelt(['post', 'rev', 'r', 'POST']), fc.constantFrom('-1', '-0', '-'))),
    dev: sometimes(3, spelt(['dev', 'DEV', 'devel'])),
    local: sometimes(2, fc.constantFrom('+Ubuntu-1', '+a_b', '+1.0', '+', '+a..b', '+007')),
    after: fc.constantFrom('', '', '', ' ', '.', '-'),
  })
  .map((parts) => Object.values(parts).join(''));

const operator = fc.constantFrom('==', '!=', '<', '<=', '>', '>=', '~=', '==*', '!=*');
const prefix = fc.tuple(sometimes(1, fc.constant('1!')), release).map((parts) => parts.join(''));
const clause = operator.chain((op) =>
  op.endsWith('*') ? prefix.map((text) => `${op.slice(0, 2)}${text}.*`) : publicVersionText.map((text) => op + text),
);

/** One to three clauses on public versions; all of them sound. */
export const specifierText = fc
  .array(
    clause.filter((text) => !/^~=(\d!)?\d+([a-z]|\.post|\.dev|$)/.test(text)),
    { minLength: 1, maxLength: 3 },
  )
  .map((clauses) => clauses.join(','));

const space = fc.constantFrom('', '', '', ' ', '  ');
const anyOperator = fc.constantFrom('==', '!=', '<', '<=', '>', '>=', '~=', '===', '=', '=>', '');
const anyClause = fc
  .tuple(space, anyOperator, space, spelledVersionText, fc.constantFrom('', '', '', '.*', '*', ')'), space)
  .map((parts) => parts.join(''));

/** Clauses in every spelling, sound or not, with spaces and commas where they may stand and where not. */
export const spelledSpecifierText = fc
  .array(fc.oneof({ weight: 4, arbitrary: anyClause }, { weight: 2, arbitrary: clause }, fc.constantFrom('', ' ')), {
    maxLength: 3,
  })
  .map((clauses) => clauses.join(','));

/** A specifier and a version that is often near one of its own: the same release, with other zeros and another suffix. */
export const specifierAndVersion = fc
  .tuple(specifierText, publicVersionText, shape, fc.constantFrom('', '', '', '.0', '.0.0', '.0.1', '.1'), fc.nat(3))
  .map(([specifier, other, { pre, post, dev }, more, which]): [string, string] => {
    const near = specifier.split(',').map((text) => /^[=<>!~]+((?:\d+!)?\d+(?:\.\d+)*)/.exec(text)?.[1] ?? '');
    const base = near[which];
    return [specifier, base === undefined ? other : base + more + pre + post + dev];
  });
