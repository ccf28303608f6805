import fc from 'fast-check';
import { afterAll, describe, expect, test } from 'vitest';
import { matchSpecMatches } from '../../../../core/names/match-spec/match-record.ts';
import { type MatchSpec, parseMatchSpec } from '../../../../core/names/match-spec/parse-match-spec.ts';
import { namesChannel, solverSpec } from '../../../../core/names/match-spec/solver-spec.ts';
import { startRattler } from '../../../support/solver/rattler.ts';
import { buildText, matchSpecText, versionText } from '../../../support/solver/spec-arbitraries.ts';

const rattler = startRattler();
afterAll(() => rattler.close());

const foo = { name: 'foo', version: '1.8', build: 'py36_1', build_number: 1, md5: 'a'.repeat(32) };
/** A package that needs what the text says, and what it may need. */
const dependent = (text: string) => [{ ...foo, name: 'bar', depends: [text] }, foo];

function spec(text: string): MatchSpec {
  const parsed = parseMatchSpec(text);
  if (!parsed.ok) throw new Error(`${text}: ${parsed.at} ${parsed.message}`);
  return parsed.spec;
}

/** Near the spec's own versions, or hardly one in a hundred would match. */
const record = (text: string) => {
  const near = [...text.matchAll(/\d[\w.!+]*/g)]
    .map(([version]) => version)
    .filter((version) => !/[_.+!]$/.test(version));
  // A file name has no room for another dash.
  const version = fc.oneof(fc.constantFrom('1.8', ...near), versionText).map((each) => each.replaceAll('-', '_'));
  const build = buildText.filter((each) => /^\w+$/.test(each));
  return fc.record({ version, build }).map((parts) => ({ ...foo, ...parts }));
};
const specAndRecord = matchSpecText.chain((text) => fc.tuple(fc.constant(text), record(text)));

/** `==1.8.*` and `name =1.8 build` are "below 1.8" by CEP 29 and exact in rattler; `1a` is below its equal `1a0`. */
const differs = /==[^,|)]*\*|=[^,|]* |[a-z]0+(?!\d)/i;

describe('rattler', () => {
  test.each([
    'conda-forge::foo',
    'a:b:foo',
    '::foo',
    'foo 1.0 a:b:c',
    'foo[channel=x]',
    'foo[build=py36_1, channel = "x"]',
    '*',
    '* 1.8',
    'ns:*',
    'foo[build_number=99999999999999999999999]',
  ])('breaks on %j, which we keep from it', async (text) => {
    expect(await rattler.solve({ spec: 'bar', records: dependent(text) })).toBe('panic');
    expect(namesChannel(text) || !parseMatchSpec(text).ok).toBe(true);
  });

  test('breaks on thousands of parentheses, which we keep from it', async () => {
    const text = `foo ${'('.repeat(5000)}1${')'.repeat(5000)}`;
    expect(await rattler.solve({ spec: 'bar', records: dependent(text) })).toBe('panic');
    expect(parseMatchSpec(text).ok).toBe(false);
  });

  test.each([
    'https://h/c/noarch/foo-1.8-py36_1.conda',
    'foo[url=https://h/c/noarch/foo-1.8-py36_1.conda]',
    'file:///c/noarch/foo-1.8-py36_1.conda',
  ])('takes no %j, but what we make of it', async (text) => {
    expect(namesChannel(text)).toBe(true);
    expect(await rattler.solve({ spec: text, records: [foo] })).toBe('refused');
    expect(await rattler.solve({ spec: solverSpec(spec(text)), records: [foo] })).toBe('solved');
  });

  test.each(['foo[version=1.8]', 'Foo', 'foo[build_number=1]', 'foo[build="^py[23]6_1$"]'])(
    'finds the package of a depends %j only as we spell it',
    async (text) => {
      expect(await rattler.solve({ spec: 'bar', records: dependent(text) })).toBe('unsolvable');
      expect(await rattler.solve({ spec: 'bar', records: dependent(solverSpec(spec(text))) })).toBe('solved');
    },
  );

  test('takes an underscore that ends a version for a build, so we refuse it', async () => {
    expect(await rattler.solve({ spec: 'foo >=1.7_', records: [foo] })).toBe('unsolvable');
    expect(await rattler.solve({ spec: 'foo >=1.7_', records: [{ ...foo, build: '_' }] })).toBe('solved');
    expect(parseMatchSpec('foo >=1.7_').ok).toBe(false);
  });

  test('chooses what we say that a spec matches', async () => {
    const seen = { solved: 0, unsolvable: 0 };
    await fc.assert(
      fc.asyncProperty(specAndRecord, async ([text, found]) => {
        const parsed = spec(text);
        const solver = solverSpec(parsed);
        fc.pre(!/[a-z]0+(?!\d)/i.test(solver));
        const expected = matchSpecMatches(parsed, found) ? 'solved' : 'unsolvable';
        expect([solver, await rattler.solve({ spec: solver, records: [found] })]).toEqual([solver, expected]);
        seen[expected]++;
      }),
      { numRuns: 400 },
    );
    expect(Math.min(seen.solved, seen.unsolvable)).toBeGreaterThan(20);
  });

  test('reads the original text as we do', async () => {
    await fc.assert(
      fc.asyncProperty(specAndRecord, async ([text, found]) => {
        fc.pre(!differs.test(text));
        const expected = matchSpecMatches(spec(text), found) ? 'solved' : 'unsolvable';
        expect([text, await rattler.solve({ spec: text, records: [found] })]).toEqual([text, expected]);
      }),
      { numRuns: 300 },
    );
  });

  test('survives every text that we let pass', async () => {
    const pieces = [
      'foo',
      ' ',
      '1.8',
      '=',
      '>=',
      ',',
      '|',
      '(',
      ')',
      '*',
      '_',
      '-',
      '[',
      ']',
      'version=',
      "'",
      '"',
      'py*',
      '^',
      '$',
      ':',
      '#',
      '.',
      '!',
      '+',
      '~',
      'build=',
      'fn=',
      'license=',
    ];
    const odd = fc.oneof(
      fc.string({ unit: fc.constantFrom(...pieces), maxLength: 12 }).map((text) => `foo${text}`),
      matchSpecText.chain((text) =>
        fc
          .tuple(fc.nat(text.length), fc.constantFrom(...pieces))
          .map(([at, piece]) => text.slice(0, at) + piece + text.slice(at)),
      ),
    );
    let passed = 0;
    await fc.assert(
      fc.asyncProperty(odd, async (text) => {
        const parsed = parseMatchSpec(text);
        if (!parsed.ok) return;
        passed++;
        const records = dependent(text);
        const { name } = parsed.spec;
        expect(await rattler.solve({ spec: solverSpec(parsed.spec), records: [{ ...foo, name }] })).toMatch(/solv/);
        if (!namesChannel(text)) expect(await rattler.solve({ spec: 'bar', records })).toMatch(/solv/);
      }),
      { numRuns: 1000 },
    );
    expect(passed).toBeGreaterThan(50);
  });
});
