import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { parseAllowlist } from '../../../../core/documents/allowlist/parse-allowlist.ts';
import { expectProblem, utf8 } from './expect-problem.ts';

const example = readFileSync(new URL('../../../../allowlist.json', import.meta.url));

describe('a file that is no text', () => {
  const whole = (bytes: Uint8Array) => {
    const parsed = parseAllowlist(bytes, 'allowlist.json');
    return parsed.ok ? [] : parsed.problems;
  };

  test('empty, or white space', () => {
    for (const text of ['', ' \n\t'])
      expect(whole(utf8(text))).toMatchObject([{ line: 1, message: 'the file is empty' }]);
  });

  test('a byte order mark', () => {
    const hint = 'save it as UTF-8 without BOM';
    expect(whole(Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), example]))).toMatchObject([
      { line: 1, column: 1, message: 'the file starts with a byte order mark', hint },
    ]);
    expect(whole(Buffer.from('\ufeff{}', 'utf16le'))).toMatchObject([{ message: 'the file is UTF-16' }]);
  });

  test('a byte that is not UTF-8, with its place', () => {
    const bytes = Buffer.concat([utf8('{\n "é": "'), Buffer.from([0xe9]), utf8('"}')]);
    expect(whole(bytes)).toMatchObject([{ line: 2, column: 8, message: 'byte 0xe9 is not UTF-8' }]);
    expect(whole(utf8('"é').subarray(0, 2))).toMatchObject([{ message: 'the file ends inside a character' }]);
  });

  test('ten megabytes', () => {
    expect(whole(new Uint8Array(10_000_000))).toMatchObject([{ message: 'the file is larger than 1 MiB' }]);
  });

  test('a hundred thousand brackets', () => {
    expect(whole(utf8('['.repeat(100_000)))).toMatchObject([{ column: 65, message: 'nested deeper than 64 levels' }]);
  });
});

describe('JSON that is none', () => {
  test.each([
    ['{\n  "a": [1«,»\n]}', 'a comma before ]', 'remove it'],
    ['{"a": 1«,»}', 'a comma before }', 'remove it'],
    ['{"a": 1 «/»/ why\n}', 'found "/"', 'no comments'],
    ['{«#» why\n}', 'found "#"', 'no comments'],
    ["{«'»a': 1}", 'where a key in double quotes', 'double quotes'],
    ['{"a": «“»x”}', 'where a value', 'double quotes'],
    ['{"a": «"x»\n}', 'does not end on its line', 'double quote'],
    ['{"a": «01»}', 'is not a number', undefined],
    ['{"a": «True»}', 'found "True"', 'write true'],
    ['{"a": 1 «"»b": 2}', 'a comma or }', undefined],
    ['{"a" «1»}', 'the colon after "a"', undefined],
    ['{"a": "C:«\\U»sers"}', 'not an escape', 'backslash'],
    ['{"a": "x«\t»y"}', 'control character U+0009', 'u0009'],
    ['{"a": true«\u00a0»}', 'where a comma or }', 'no-break space'],
    ['{"a": [«»', 'the file ends where a value', undefined],
    ['{} «}»', 'where the end of the file', undefined],
  ])('%j', (marked, message, hint) => expectProblem(marked, { message, hint }));
});
