import fc from 'fast-check';
import { expect, test } from 'vitest';
import { resolve } from '../../../core/resolve/resolve.ts';
import { hasSolution, isSolution } from '../../support/python/pip-model.ts';
import {
  indexOfWorld,
  type PipWorld,
  pipWorld,
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
    { numRuns: 8000 },
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
