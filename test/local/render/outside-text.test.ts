import fc from 'fast-check';
import { expect, it } from 'vitest';
import { shownLine, shownText } from '../../../core/problems/shown-text.ts';
import { jsonText } from '../../../local/render/json-text.ts';
import { codeCell, markdownTable } from '../../../local/render/plan-markdown.ts';
import { harmlessTerminal } from '../../../local/render/terminal.ts';
import { fakeTerminal } from '../../support/cli/fake-terminal.ts';
import { commandsIn, controlsIn, hostileText } from '../../support/hostile-text.ts';
import { markdownOutsideCode } from '../../support/markdown-outside-code.ts';

const odd = fc.constantFrom(
  ...hostileText,
  '`',
  '``',
  '|',
  '\\',
  '\\|',
  '::',
  '##[',
  '\n',
  '\r',
  ' ',
  '😀',
  '\ud83d',
  '<br>',
);
const text = fc.array(fc.oneof(odd, fc.string({ unit: 'binary', maxLength: 3 }))).map((parts) => parts.join(''));
const check = (law: (one: string, other: string) => void) => fc.assert(fc.property(text, text, law), { numRuns: 1000 });

it('a line is one line, can be seen, is not long, and is shown so again', () => {
  check((one) => {
    const line = shownLine(one.repeat(20));
    expect(line).not.toContain('\n');
    expect(controlsIn(line)).toEqual([]);
    expect(line.isWellFormed()).toBe(true);
    expect(line.length).toBeLessThanOrEqual(500);
    expect(shownLine(line)).toBe(line);
  });
});

it('a text keeps its lines, and of very many the first', () => {
  expect(shownText('a\n  b\tc\n\u001b')).toBe('a\n  b c\n\ufffd');
  const [last] = shownText('a\n'.repeat(1000)).split('\n').reverse();
  expect(last).toBe('… and 801 lines more');
});

it('JSON says the same value, in characters that can be seen', () => {
  check((one, other) => {
    for (const indent of [undefined, 2]) {
      const json = jsonText({ [one]: [other] }, indent);
      expect(JSON.parse(json)).toEqual({ [one]: [other] });
      expect(controlsIn(json)).toEqual([]);
      expect(commandsIn(json)).toEqual([]);
    }
  });
});

it('a cell of Markdown is code and nothing else, and stays one cell', () => {
  check((one, other) => {
    const table = markdownTable('Title', ['a', 'b'], [[codeCell(one), codeCell(other)]]);
    expect(table.split('\n')).toHaveLength(5);
    expect(markdownOutsideCode(table.split('\n')[4] ?? '')).toMatch(/^\| *\| *\|$/);
  });
});

it('code in Markdown reads as the text does', () => {
  expect(codeCell('lib >=1|<2')).toBe('`lib >=1\\|<2`');
  expect(codeCell('a `b` c')).toBe('`` a `b` c ``');
  expect(codeCell('one\n  two')).toBe('`one`<br>`two`');
});

it('a terminal takes no control and no command from anybody', () => {
  const terminal = fakeTerminal();
  const harmless = harmlessTerminal(terminal);
  check((one) => {
    harmless.out(one);
    harmless.err(`${one}\n`);
  });
  for (const said of Object.values(terminal.said)) expect([...controlsIn(said), ...commandsIn(said)]).toEqual([]);
});
