import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { findLacking } from '../../../../core/publish/solving/find-lacking.ts';

/** What each want's options need. */
type Graph = Readonly<Record<string, readonly (readonly string[])[]>>;

const lacking = (wants: readonly string[], graph: Graph) =>
  findLacking(wants, {
    nameOf: (want) => want,
    optionsFor: async (want) => graph[want] ?? [],
    wantsOf: async (option: readonly string[]) => option,
  });

describe('what lacks', () => {
  it.each<[string, Graph, readonly string[]]>([
    ['is a want without options', {}, ['a']],
    ['is nothing where an option needs nothing', { a: [[]] }, []],
    ['is what is missing further down', { a: [['b'], ['c']], b: [['x', 'y']], c: [['z']] }, ['x', 'y']],
    ['is nothing where a later option does', { a: [['x'], ['b']], b: [[]] }, []],
    ['is nothing in a ring', { a: [['b']], b: [['a']] }, []],
    ['is what a ring needs', { a: [['b', 'x']], b: [['a']] }, ['x']],
    [
      'is what a ring needs, though it is come upon from within',
      { a: [['c'], ['b']], c: [['b', 'x']], b: [['c']] },
      ['x'],
    ],
  ])('%s', async (_, graph, expected) => {
    expect(await lacking(['a'], graph)).toEqual(expected);
  });
});

it('without what lacks nothing could be, and with it everything could', async () => {
  const name = fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f');
  const option = fc.uniqueArray(name, { maxLength: 3 });
  const graph = fc.dictionary(name, fc.array(option, { minLength: 1, maxLength: 3 }));
  await fc.assert(
    fc.asyncProperty(graph, async (graph) => {
      const told = await lacking(['a'], graph);
      expect(told.filter((one) => graph[one] !== undefined)).toEqual([]);
      const mended = { ...graph, ...Object.fromEntries(told.map((one) => [one, [[]]])) };
      const left = await lacking(['a'], mended);
      expect(left).toEqual([]);
      expect(told.length === 0).toBe(couldBe('a', graph));
    }),
    { numRuns: 500 },
  );
});

/** By taking out what cannot be until nothing more goes. */
function couldBe(want: string, graph: Graph): boolean {
  const alive = new Set(Object.keys(graph));
  for (let before = -1; before !== alive.size; ) {
    before = alive.size;
    for (const one of [...alive])
      if (!graph[one]?.some((needed) => needed.every((other) => alive.has(other)))) alive.delete(one);
  }
  return alive.has(want);
}
