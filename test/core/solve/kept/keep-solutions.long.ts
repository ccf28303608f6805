import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { memoryCache } from '../../../../adapters/cache-memory.ts';
import { rattlerSolver } from '../../../../adapters/solver-rattler/solver-rattler.ts';
import { canonicalJson } from '../../../../core/json/json.ts';
import { sha256Of } from '../../../../core/names/digest.ts';
import { readKeptSolutions, writeKeptSolutions } from '../../../../core/solve/kept/solutions-document.ts';
import { plan } from '../../../../core/steps/plan.ts';
import { allowlistOf, history, sceneWorld } from '../../../support/solve/changing-upstream.ts';

const solver = rattlerSolver({ workers: 2 });
afterAll(() => solver[Symbol.asyncDispose]());

it('of long explanations only so many are kept that they can be read again, those used last', async () => {
  const cache = memoryCache();
  const hashes = Array.from({ length: 80 }, (_, i) => sha256Of(String(i)));
  const explanation = 'x'.repeat(1024 ** 2);
  await writeKeptSolutions(cache, {
    solutions: new Map(hashes.map((hash) => [hash, { status: 'unsolvable', explanation }])),
    reached: new Map(),
  });
  expect([...(await readKeptSolutions(cache)).solutions.keys()]).toEqual(hashes.slice(40));
});

it('where what specs reach takes too much room, the solutions alone are kept', async () => {
  const cache = memoryCache();
  const hashes = Array.from({ length: 3 }, (_, i) => sha256Of(String(i)));
  const solutions = new Map(hashes.map((hash) => [hash, { status: 'unsolvable' as const, explanation: 'no' }]));
  await writeKeptSolutions(cache, { solutions, reached: new Map([[sha256Of(''), 'x'.repeat(65 * 1024 ** 2)]]) });
  const { solutions: left, reached } = await readKeptSolutions(cache);
  expect([[...left.keys()], reached.size]).toEqual([hashes.slice(2), 0]);
});

describe('kept solutions, with the solver itself', () => {
  it('leave each plan of a history as it is without them, to the last byte', async () => {
    const statuses = new Set<string>();
    const law = fc.asyncProperty(history, async (scenes) => {
      const cache = memoryCache();
      for (const scene of scenes) {
        const allowlist = allowlistOf(scene);
        const kept = await plan(allowlist, { ...sceneWorld(scene, solver), cache });
        const fresh = await plan(allowlist, sceneWorld(scene, solver));
        expect(canonicalJson(kept)).toBe(canonicalJson(fresh));
        for (const { status } of fresh.entries) statuses.add(status);
      }
    });
    await fc.assert(law, { numRuns: 20 });
    expect(statuses).toContain('solved');
  }, 300_000);
});
