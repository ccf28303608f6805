import fc from 'fast-check';
import { expect, it } from 'vitest';
import { parseExtraName, parseProjectName } from '../../../core/names/project-name.ts';

it.each([
  ['Flask', 'flask'],
  ['Ruamel_YAML', 'ruamel-yaml'],
  ['ruamel.yaml', 'ruamel-yaml'],
  ['a-_.b', 'a-b'],
  ['3to2', '3to2'],
  ['X', 'x'],
])('the project %s is called %s', (text, normal) => {
  expect(parseProjectName(text)).toBe(normal);
});

it.each(['', '-a', 'a-', '_a', 'a.', 'a b', 'a/b', '../a', 'ä', 'a\n', 'a'.repeat(201)])(
  '%j names no project',
  (text) => {
    expect(parseProjectName(text)).toBeNull();
  },
);

it('spellings of one extra are one', () => {
  expect(new Set(['X_y', 'x.Y', 'x-y', 'x--y'].map(parseExtraName))).toEqual(new Set(['x-y']));
  expect(parseExtraName('x y')).toBeNull();
});

it('a normal name is its own normal name', () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom(...'aZ0-_.'), maxLength: 12 }), (text) => {
      const name = parseProjectName(text);
      if (name !== null) expect(parseProjectName(name)).toBe(name);
    }),
  );
});
