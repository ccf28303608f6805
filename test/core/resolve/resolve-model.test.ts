import fc from 'fast-check';
import { expect, test } from 'vitest';
import { resolve } from '../../../core/resolve/resolve.ts';
import { hasSolution, isSolution } from '../../support/python/pip-model.ts';
import {
  indexOfWorld,
  type PipWorld,
  pipWorld,
  type ReleaseOf,
  requirementOf,
  target,
  textOf,
  type WantedOf,
  worldRoots,
} from '../../support/python/pip-worlds.ts';

async function chosenIn(world: PipWorld, roots: readonly WantedOf[]) {
  const resolution = await resolve(
    roots.map((one) => requirementOf(textOf(one))),
    target,
    indexOfWorld(world),
  );
  if (!resolution.ok) return resolution.explanation;
  return new Map(
    resolution.releases.map(({ project, version }) => {
      const release = world.get(project)?.find((one) => one.version === version.text);
      return [project as string, release ?? expect.fail(`${project} ${version.text}`)] as const;
    }),
  );
}

test('a solution is found exactly when there is one, and is one', { timeout: 60_000 }, async () => {
  let [found, none] = [0, 0];
  await fc.assert(
    fc.asyncProperty(pipWorld({ odd: false }), worldRoots, async (world, roots) => {
      const chosen = await chosenIn(world, roots);
      if (typeof chosen === 'string') none += 1;
      else found += 1;
      if (typeof chosen === 'string') expect([chosen, hasSolution(roots, world)]).toEqual([chosen, false]);
      else expect(isSolution(roots, chosen)).toBe(true);
    }),
    { numRuns: 4000 },
  );
  expect([found > 200, none > 200]).toEqual([true, true]);
});

test('what is found among pre-releases and yanked files is a solution', { timeout: 60_000 }, async () => {
  await fc.assert(
    fc.asyncProperty(pipWorld({ odd: true }), worldRoots, async (world, roots) => {
      const chosen = await chosenIn(world, roots);
      if (typeof chosen !== 'string') expect(isSolution(roots, chosen)).toBe(true);
    }),
    { numRuns: 1000 },
  );
});

/** Worlds in which one rule of the search counts, of which there is one in ten thousand. */
test.each<[string, Readonly<Record<string, readonly string[]>>, string, string]>([
  ['an extra that nobody asks for any more', { b: ['1: e;x'], c: ['1: b', '3: b[x]'], e: ['1: c<2'] }, 'c', 'b 1, c 1'],
  ['a jump over the solution', { a: ['1', '2: d==1'], d: ['2', '1: e'], e: ['1: a>=3'] }, 'd, a', 'a 1, d 2'],
  [
    'a pin that fell, and fits again before it was made anew',
    { a: ['1', '4: e<2'], c: ['1: e>=2'], d: ['1: c[x]<2'], e: ['1: a!=4, d<2', '2'] },
    'a',
    'a 1',
  ],
  [
    'pins that make each other fall, round and round',
    { a: ['1'], d: ['2: e>=2', '1: e[x]'], e: ['1: d[x]', '2: a!=1;x, d<2'] },
    'e',
    'd 1, e 1',
  ],
])('%s', async (_, releases, wanted, expected) => {
  const world: PipWorld = new Map(Object.entries(releases).map(([name, lines]) => [name, lines.map(releaseIn)]));
  const chosen = await chosenIn(world, wanted.split(', ').map(wantedIn));
  expect(
    typeof chosen === 'string' ? chosen : [...chosen].map(([name, { version }]) => `${name} ${version}`).join(', '),
  ).toBe(expected);
});

function releaseIn(line: string): ReleaseOf {
  const [version = '', needs = ''] = line.split(': ');
  const all = needs === '' ? [] : needs.split(', ').map(wantedIn);
  return { version, needs: all, tags: 'py3-none-any', requiresPython: '', yanked: false };
}

function wantedIn(text: string): WantedOf {
  const [, project = '', listed, op, version, extra = null] =
    /^(\w)(?:\[(\w)\])?(?:(>=|<|==|!=)(\d))?(?:;(\w))?$/.exec(text) ?? [];
  const operator = (['>=', '<', '==', '!='] as const).find((one) => one === op);
  const bound = operator === undefined ? null : ([operator, Number(version)] as const);
  return { project, extras: listed === undefined ? [] : [listed], bound, extra, system: null };
}
