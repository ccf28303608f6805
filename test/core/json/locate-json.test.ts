import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type JsonNode, locateJson, nodeAt } from '../../../core/json/locate-json.ts';

/** The oracle: what JSON.parse makes of a text, or null. */
function parsed(text: string): { value: unknown } | null {
  try {
    return { value: JSON.parse(text) };
  } catch {
    return null;
  }
}

function expectAgreement(text: string): void {
  const oracle = parsed(text);
  const { root, faults } = locateJson(text);
  expect(root === null, `${JSON.stringify(text)}: ${faults[0]?.message}`).toBe(oracle === null);
  if (root === null) expect(faults.length).toBeGreaterThan(0);
  else expect(isDeepStrictEqual(root.value, oracle?.value), text).toBe(true);
}

const shallowJson = fc.json({ maxDepth: 5 });
const pieces = ['[', ']', '{', '}', ',', ':', '"', '\\', '\\u', 'd800', "'", '/', ' ', '\t', '\n', '\u0000', '\ufeff'];
const words = ['\u2028', '0', '1', '-', '+', '.', 'e', 'E5', 'true', 'null', 'N', '__proto__', '"a":', '😀'];

describe('agrees with JSON.parse', () => {
  test('on what JSON.stringify writes, plain and indented', () => {
    fc.assert(fc.property(shallowJson, expectAgreement));
    fc.assert(fc.property(fc.jsonValue({ maxDepth: 5 }), (value) => expectAgreement(JSON.stringify(value, null, 2))));
  });

  test('on JSON with a piece put in, left out or replaced', () => {
    const edit = fc.tuple(shallowJson, fc.nat(), fc.nat(2), fc.constantFrom(...pieces, ...words));
    fc.assert(
      fc.property(edit, ([text, place, drop, piece]) => {
        const at = place % (text.length + 1);
        expectAgreement(text.slice(0, at) + piece + text.slice(at + drop));
        expectAgreement(text.slice(0, at) + text.slice(at + drop));
      }),
      { numRuns: 1000 },
    );
  });

  test('on soups of JSON pieces', () => {
    const soup = fc.array(fc.constantFrom(...pieces, ...words), { maxLength: 6 });
    fc.assert(
      fc.property(soup, (parts) => expectAgreement(parts.join(''))),
      { numRuns: 3000 },
    );
  });

  test.each([
    '-0',
    '1e999',
    '-1.5E+3',
    '9007199254740993',
    '"\\ud800\\u00E9"',
    '"\\/\\b\\f\\n\\r\\t\\u00e9"',
    ' null ',
    '01',
  ])('on %j', expectAgreement);

  test.each([
    '1.',
    '.5',
    '+1',
    '-',
    '0x10',
    '1e',
    'NaN',
    'Infinity',
    'True',
    '"\u0009"',
    '"\\x41"',
    '"\\u12g4"',
    '\u00a01',
  ])('on %j', expectAgreement);
});

test('__proto__ stays a key of its own, and is a fault', () => {
  const { root, faults } = locateJson('{"a":{"__proto__":{"x":1}}}');
  expect(isDeepStrictEqual(root?.value, JSON.parse('{"a":{"__proto__":{"x":1}}}'))).toBe(true);
  expect(faults).toMatchObject([{ start: 6, end: 17 }]);
});

test('a sound document without repeated keys has no faults', () => {
  fc.assert(
    fc.property(shallowJson, (text) => {
      fc.pre(!text.includes('__proto__'));
      expect(locateJson(text).faults).toEqual([]);
    }),
  );
});

test('every repeated key is a fault at its second place, however it is written', () => {
  const text = '{"a":1,"b":{"\\u0062":2,"b":3},"a":4}';
  const { root, faults } = locateJson(text);
  expect(root).not.toBeNull();
  expect(faults.map(({ start, end }) => [start, end])).toEqual([
    [text.indexOf('"b":3'), text.indexOf(':3')],
    [text.indexOf('"a":4'), text.indexOf(':4')],
  ]);
});

describe('depth', () => {
  test('64 levels are read, 65 are not', () => {
    expect(locateJson('['.repeat(64) + ']'.repeat(64)).faults).toEqual([]);
    expect(locateJson('['.repeat(65) + ']'.repeat(65)).faults).toMatchObject([{ start: 64, end: 65 }]);
  });

  test.each(['[', '{"a":', '[{"a":'])('a hundred thousand %j are refused, not followed', (opening) => {
    const { root, faults } = locateJson(opening.repeat(100_000));
    expect(root).toBeNull();
    expect(faults[0]?.message).toBe('nested deeper than 64 levels');
  });
});

/** Every node's own text, read on its own, is the node's value: its place is right. */
function expectPlaces(text: string, node: JsonNode): void {
  expect(isDeepStrictEqual(JSON.parse(text.slice(node.start, node.end)), node.value)).toBe(true);
  for (const item of node.items) expectPlaces(text, item);
  for (const [name, { key, node: member }] of node.members) {
    expect(JSON.parse(text.slice(key.start, key.end))).toBe(name);
    expectPlaces(text, member);
  }
}

test('places are where the values stand', () => {
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 4 }), fc.constantFrom('', ' ', '\n\t'), (value, indent) => {
      const text = `${indent}${JSON.stringify(value, null, indent)}\n`;
      const { root } = locateJson(text);
      if (root === null) throw new Error('not read');
      expectPlaces(text, root);
    }),
  );
});

test('a path leads to its node, and to null where there is none', () => {
  const { root } = locateJson('{"a":[1,{"b":"x"}]}');
  if (root === null) throw new Error('not read');
  expect(nodeAt(root, ['a', 1, 'b'])?.value).toBe('x');
  expect(nodeAt(root, [])?.value).toEqual({ a: [1, { b: 'x' }] });
  expect(nodeAt(root, ['a', 2])).toBeNull();
  expect(nodeAt(root, ['constructor'])).toBeNull();
});
