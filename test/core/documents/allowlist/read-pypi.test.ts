import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readPypi } from '../../../../core/documents/allowlist/read-pypi.ts';
import { parseSpecifier, withoutLocals } from '../../../../core/names/pep440/specifier.ts';
import { specifierToMatchSpec } from '../../../../core/names/pep440/specifier-to-match-spec.ts';
import { spelledVersionText } from '../../../support/python/pep440-arbitraries.ts';

test.each([
  ['networkx ==1.10', 'networkx', '==1.10'],
  ['networkx', 'networkx', ''],
  ['x ==1.0+cu118', 'x', '==1.0+cu118'],
  [' Foo.Bar__baz>= 1.0 , <2,!=1.5.* ', 'foo-bar-baz', '>=1.0,<2,!=1.5.*'],
  ['x~=1!2.0rc1.post2', 'x', '~=1!2.0rc1.post2'],
])('%j is %s %s', (text, name, specifier) => expect(readPypi(text)).toEqual({ ok: true, name, specifier }));

test.each([
  ['', 0, undefined],
  ['==1.0', 0, undefined],
  ['x =1.0', 2, '==1.0'],
  ['x 1.0', 2, undefined],
  ['x >=1,>=one', 6, undefined],
  ['x ~=1', 2, undefined],
  ['x ===1.00+a', 1, undefined],
  ['x ==', 2, undefined],
  ['x ==1,', 6, undefined],
  ['x ==1 >2', 6, undefined],
  ['x[extra] ==1', 1, 'extras'],
  ["x ==1; python_version < '3'", 5, 'markers'],
  ['x @ https://a.example/x.whl', 2, 'URLs'],
])('%j fails at %d', (text, at, hint) => {
  expect(readPypi(text)).toMatchObject({ ok: false, at });
  if (hint !== undefined) expect(readPypi(text)).toHaveProperty('hint', expect.stringContaining(hint));
});

test('what is taken can be said in conda, local versions aside', () => {
  const word = fc.oneof(spelledVersionText, fc.stringMatching(/^[0-9.]{1,250}$/));
  const operator = fc.constantFrom('==', '!=', '<', '<=', '>', '>=', '~=', '===');
  fc.assert(
    fc.property(fc.array(fc.tuple(operator, word), { maxLength: 4 }), (clauses) => {
      const read = readPypi(`x${clauses.map((clause) => clause.join('')).join()}`);
      const specifier = read.ok ? parseSpecifier(read.specifier) : null;
      if (read.ok) expect(specifier && specifierToMatchSpec(withoutLocals(specifier))).toMatchObject({ ok: true });
    }),
  );
});

test('never throws, and normalising twice is normalising once (PEP 503)', () => {
  const text = fc.oneof(fc.string(), fc.stringMatching(/^[A-Za-z0-9][\w.-]{0,8}(==[0-9.]{1,4})?$/));
  fc.assert(
    fc.property(text, (requirement) => {
      const read = readPypi(requirement);
      if (!read.ok) expect(read.at).toBeLessThanOrEqual(requirement.length);
      else expect(readPypi(`${read.name}${read.specifier}`)).toEqual(read);
    }),
  );
});
