import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseMatchSpec } from '../../../../core/names/match-spec/parse-match-spec.ts';
import { namesChannel, solverSpec } from '../../../../core/names/match-spec/solver-spec.ts';
import { matchSpecText } from '../../../support/solver/spec-arbitraries.ts';

describe('parseMatchSpec', () => {
  test.each([
    ['numpy=>1.0', 5, 'did you mean ">="?'],
    ['numpy===1.0', 5, 'did you mean "=="?'],
    ['numpy = = 1', 8, 'without spaces'],
    ['numpy>=1.0; python_version<"3"', 10, 'write "numpy>=1.0"'],
    ['numpy>=1.0,', 11, 'missing after ","'],
    ['numpy 1.0|', 10, 'missing after "|"'],
    ['numpy 1.0 py* extra', 14, '"extra"'],
    ['numpy 1.0=', 10, 'build is missing'],
    ['numpy=', 6, 'missing after "="'],
    ['numpy >=1..2', 8, '"1..2" is not a version'],
    ['numpy <*', 7, '"<*" means nothing'],
    ['numpy (1.0', 6, 'not closed'],
    ['numpy 1.0)', 9, '")"'],
    ['numpy 1.0 p?', 10, '"p?" is not a build'],
    ['numpy ^1.*$', 6, 'pattern'],
    ['numpy 1.*.3', 6, 'pattern'],
    ['numpy >=1.0.1_', 6, 'underscore'],
    ['numpy[build="^(a+)+$"]', 12, 'regular expression'],
    ['', 0, 'name is missing'],
    [' >=1', 1, 'name is missing'],
    ['*', 0, 'must name one package'],
    ['py* 1.0', 0, 'must name one package'],
    ['-foo', 0, '"-foo" is not a package name'],
    ['/srv/foo-1-0.conda', 0, 'file://'],
    ['https://host/c/noarch/foo.conda', 0, 'is not the URL'],
    [' https://host/c/noarch/foo-1-0.conda#beef', 1, '"#beef" is not a hash'],
    ['conda-forge:numpy', 11, 'conda-forge::numpy'],
    ['::numpy', 0, 'is not a channel'],
    ['numpy[dev]', 6, 'key=value'],
    ['numpy[]', 6, 'key=value'],
    ['numpy[version=1', 5, 'not closed'],
    ['numpy[version=1,', 16, 'key=value'],
    ['numpy[version=1] 2', 17, '"2"'],
    ['numpy[version=>=1,<2]', 18, 'quoted'],
    ['numpy[version=]', 14, 'value is missing'],
    ['numpy[versoin=1]', 6, 'did you mean "version"?'],
    ['numpy[qqqqqqq=1]', 6, 'known are version'],
    ['numpy[build=a, build=b]', 15, 'twice'],
    ['numpy[when="python"]', 6, '"when" is not supported'],
    ['numpy[extras=[a]]', 6, '"extras" is not supported'],
    ['numpy[name=scipy]', 5, '"scipy", not "numpy"'],
    ['numpy[url=https://h/c/noarch/scipy-1-0.conda]', 5, '"scipy", not "numpy"'],
    ['numpy[build_number=99999999999999999999]', 19, 'build number'],
    ['numpy[md5=abc]', 10, 'is not a md5'],
    [`numpy ${'('.repeat(20)}1${')'.repeat(20)}`, 22, 'nested'],
  ])('%j fails at %i and says %j', (text, at, said) => {
    const parsed = parseMatchSpec(text);
    expect(parsed).toMatchObject({ ok: false, at });
    expect(parsed.ok ? '' : `${parsed.message} ${parsed.hint ?? ''}`).toContain(said);
  });

  test('reads 4096 characters at most', () => {
    expect(parseMatchSpec(`numpy ${'1|'.repeat(2000)}1`)).toMatchObject({ ok: true });
    expect(parseMatchSpec(`numpy ${'1|'.repeat(2100)}1`)).toMatchObject({ ok: false, at: 4096 });
  });

  test('never throws, points into the text, and gives nothing that names a channel', () => {
    const odd = fc.oneof(
      fc.string(),
      fc.string({ unit: fc.constantFrom(...'fo12a.*=<>!~,|()^$ []"\'#;:/+-_', 'version=', 'url=', 'https://', '::') }),
      matchSpecText.chain((text) => fc.nat(text.length).map((at) => `${text.slice(0, at)}[=${text.slice(at)}`)),
    );
    fc.assert(
      fc.property(odd, (text) => {
        const parsed = parseMatchSpec(text);
        if (!parsed.ok) {
          expect(parsed.at).toBeGreaterThanOrEqual(0);
          expect(parsed.at).toBeLessThanOrEqual(text.length);
          expect(parsed.message).not.toBe('');
          return;
        }
        expect(namesChannel(solverSpec(parsed.spec))).toBe(false);
      }),
      { numRuns: 3000 },
    );
  });
});
