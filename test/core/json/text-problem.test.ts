import fc from 'fast-check';
import { expect, test } from 'vitest';
import { formatProblem, problemsIn } from '../../../core/json/text-problem.ts';

const format = (text: string, start: number, end: number): string =>
  formatProblem('allowlist.json', problemsIn(text)({ start, end, message: 'no', hint: 'yes' })).join('\n');

test('file, line, column, message, hint, and the text marked', () => {
  const text = '{\n  "platfroms": [],\n}';
  const fault = { start: 4, end: 15, message: 'unknown key "platfroms"', hint: 'did you mean "platforms"?' };
  expect(formatProblem('allowlist.json', problemsIn(text)(fault))).toEqual([
    'allowlist.json:2:3: unknown key "platfroms" — hint: did you mean "platforms"?',
    '  2 |   "platfroms": [],',
    '    |   ^^^^^^^^^^^',
  ]);
});

test('without a hint or a line to show there is one line', () => {
  const [start, end] = [0, 0];
  expect(formatProblem('f', problemsIn('')({ start, end, message: 'empty' }))).toEqual(['f:1:1: empty']);
});

test('of a long line the part around the text is shown', () => {
  const text = `${'x'.repeat(500_000)}"here"${'y'.repeat(500_000)}`;
  const [, excerpt = '', mark = ''] = format(text, 500_000, 500_006).split('\n');
  expect(excerpt.length).toBeLessThan(120);
  expect(excerpt.slice(mark.indexOf('^'), mark.lastIndexOf('^') + 1)).toBe('"here"');
});

test('a text over several lines is marked to the end of its first', () => {
  expect(format('[\n  {"a":\n 1}\n]', 4, 13).split('\n')).toEqual([
    'allowlist.json:2:3: no — hint: yes',
    '  2 |   {"a":',
    '    |   ^^^^^',
  ]);
});

test('the mark stands below its text after tabs and characters of two units', () => {
  const [, excerpt = '', mark = ''] = format('\t"😀😀" x', 8, 9).split('\n');
  expect([...excerpt][mark.indexOf('^')]).toBe('x');
});

test.each([
  ['a terminal sequence', '"\u001b]0;owned\u0007"'],
  ['a C1 control', '"\u009b31m"'],
  ['a text that runs backwards', '"\u202egnp.exe"'],
  ['a line separator', '"a\u2028b"'],
])('%s is made harmless', (_, text) => {
  const printed = formatProblem('f', problemsIn(text)({ start: 0, end: text.length, message: text })).join('\n');
  expect(printed).not.toMatch(/(?!\n)[\p{Cc}\p{Cf}\u2028\u2029]/u);
});

test.each(['https://me:hunter2@a.example/c', 'https:\\/\\/hunter2@a.example', 'https://a.example/t/hunter2/c'])(
  'the secret of %s is not shown',
  (url) => {
    const problem = problemsIn(`["${url}"]`)({ start: 1, end: url.length + 3, message: url });
    expect(JSON.stringify(problem)).not.toContain('hunter2');
    expect(JSON.stringify(problem)).toContain('a.example');
  },
);

/** An oracle for places: walk the text and count. */
function place(text: string, offset: number): { line: number; column: number } {
  let [line, column] = [1, 1];
  for (let i = 0; i < offset; i++) {
    const endsLine = text[i] === '\n' || (text[i] === '\r' && text[i + 1] !== '\n');
    [line, column] = endsLine ? [line + 1, 1] : [line, column + 1];
  }
  return { line, column };
}

test('places are right whatever ends the lines, and marks never leave the excerpt', () => {
  const text = fc.array(fc.constantFrom('a', '\n', '\r\n', '\r', '\t', '😀', 'é')).map((parts) => parts.join(''));
  fc.assert(
    fc.property(text, fc.nat(), fc.nat(5), (whole, at, length) => {
      const start = at % (whole.length + 1);
      fc.pre(!(whole[start - 1] === '\r' && whole[start] === '\n'));
      const problem = problemsIn(whole)({ start, end: Math.min(start + length, whole.length), message: '' });
      expect(problem).toMatchObject(place(whole, start));
      expect(problem.caret).toBeLessThanOrEqual(problem.excerpt.length);
      expect(problem.caret + problem.width).toBeLessThanOrEqual(Math.max(problem.excerpt.length, problem.caret + 1));
    }),
  );
});
