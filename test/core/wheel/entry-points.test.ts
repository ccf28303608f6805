import { describe, expect, it } from 'vitest';
import { parseCommands } from '../../../core/wheel/entry-points.ts';
import { refusalCode } from '../../support/packages/refusal.ts';

const one = (line: string) => parseCommands(`[console_scripts]\n${line}\n`);
const codeOf = (text: string) => {
  try {
    parseCommands(text);
    return null;
  } catch (error) {
    return refusalCode(error);
  }
};

describe('parseCommands', () => {
  it('drops what extras a command wants from its target, and keeps their names', () => {
    expect(one('tool = pkg.cli:app [cli]')).toEqual([
      { name: 'tool', target: 'pkg.cli:app', extras: ['cli'], gui: false },
    ]);
    expect(one('tool=pkg:app[a, b]')[0]).toMatchObject({ target: 'pkg:app', extras: ['a', 'b'] });
    expect(one('tool = pkg:app []')[0]).toMatchObject({ target: 'pkg:app', extras: [] });
  });

  it.each([
    ['dotted = mod:Class.main', 'dotted', 'mod:Class.main'],
    ['a.b-c = m:f', 'a.b-c', 'm:f'],
    ['spaced  =  m.n : f', 'spaced', 'm.n:f'],
    ['no spaces=m:f', 'no spaces', 'm:f'],
    ['café = m:f', 'café', 'm:f'],
  ])('takes %s', (line, name, target) => {
    expect(one(line)).toEqual([{ name, target, extras: [], gui: false }]);
  });

  it.each([
    'x = m',
    'x = m:',
    'x = :f',
    'x',
    '= m:f',
    '../x = m:f',
    'a/b = m:f',
    'a\\b = m:f',
    '.x = m:f',
    'x = m:f()',
    'x = m-n:f',
    'x = m:f; import os',
    'x = m:f [a] b',
    'x = 1m:f',
    'x = m.:f',
    'x = mé:f',
    'a:b = m:f',
    'a\u0000b = m:f',
  ])('refuses %s', (line) => {
    expect(codeOf(`[console_scripts]\n${line}`)).toBe('wheel.entry-point');
  });

  it('refuses a text of a megabyte', () => {
    const text = (length: number) => `[plugins]\n${'x'.repeat(length - 10)}`;
    expect([codeOf(text(2 ** 20)), codeOf(text(2 ** 20 + 1))]).toEqual([null, 'wheel.entry-point']);
  });

  it('reads both groups, skips others and comments, and refuses a name that means two things', () => {
    const text =
      '# top\n[plugins]\nnot a command\n[gui_scripts]\r\nw = m:w\r\n\n[console_scripts]\n#x\nc = m:c\nc = m:c\n';
    expect(parseCommands(text).map(({ name, gui }) => [name, gui])).toEqual([
      ['w', true],
      ['c', false],
    ]);
    expect(codeOf('[console_scripts]\nc = m:c\n[gui_scripts]\nc = m:d')).toBe('wheel.entry-point');
  });
});
