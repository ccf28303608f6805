import { expect, it } from 'vitest';
import { parseRequiresTxt } from '../../../core/sdist/requires-txt.ts';
import { refusalCode } from '../../support/packages/refusal.ts';

it.each([
  ['', [], []],
  ['a\n# no\n b>=1,<2 \n\n', ['a', 'b>=1,<2'], []],
  ['a;python_version<"3"\n', ['a; python_version<"3"'], []],
  ['[x]\na\n[y_Z]\nb[c]\n', ['a; extra == "x"', 'b[c]; extra == "y-z"'], ['x', 'y-z']],
  ['[x:m == "1" or n == "2"]\na\n', ['a; (m == "1" or n == "2") and extra == "x"'], ['x']],
  ['[x:m == "1"]\na; n == "2" or o == "3"\n', ['a; (n == "2" or o == "3") and m == "1" and extra == "x"'], ['x']],
  ['[:m == "1" or n == "2"]\na\n', ['a; m == "1" or n == "2"'], []],
  ['[x]\n', [], ['x']],
])('reads %j', (text, requiresDist, providesExtra) => {
  expect(parseRequiresTxt(text)).toEqual({ requiresDist, providesExtra });
});

it.each(['[]\na', '[a b]\nc', '[.]\nc', '[é]\nc'])('refuses %j', (text) => {
  const attempt = () => parseRequiresTxt(text);
  expect(attempt).toThrow(expect.toSatisfy((error) => refusalCode(error) === 'sdist.requires'));
});
