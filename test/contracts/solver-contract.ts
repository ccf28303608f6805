import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CandidatePool, Solver } from '../../core/ports/solver.ts';
import { candidate, poolOf } from '../support/solver/candidates.ts';
import { solverChoices } from './solver-choices.ts';
import { solverLimits } from './solver-limits.ts';
import { installable, universe } from './solver-model.ts';
import { solved, solverQuestions } from './solver-questions.ts';

/** What every implementation of the solver promises. `runs` bounds the random part. */
export function solverContract(name: string, open: () => Solver, runs = 150): void {
  describe(`${name} keeps the solver contract`, () => {
    let solver: Solver;
    beforeAll(() => {
      solver = open();
    });
    afterAll(() => solver[Symbol.asyncDispose]());

    const questions = solverQuestions(() => solver);
    const { solve, keysOf } = questions;

    solverChoices(questions);
    solverLimits(questions);

    it('chooses something installable, the newest it can, exactly when there is something, in any order', async () => {
      await fc.assert(
        fc.asyncProperty(universe, async ({ candidates, shuffled, specs }) => {
          const possible = installable(candidates, specs);
          const solution = await solve(candidates, specs);
          expect(solution.status).toBe(possible.length === 0 ? 'unsolvable' : 'solved');
          expect(await solve(shuffled, specs)).toEqual(solution);
          if (solution.status !== 'solved') return;
          expect(possible.map(({ keys }) => keys)).toContainEqual(solution.keys);
          const first = possible.find(({ keys }) => keys.join() === solution.keys.join());
          expect(first?.newest).toBe(Math.max(...possible.map(({ newest }) => newest)));
        }),
        { numRuns: runs },
      );
    });

    it('answers many calls at once, over more pools than it can keep', async () => {
      const pools = Array.from({ length: 9 }, (_, i) => poolOf([candidate(`a 1.${i}`), candidate(`b 2.${i}`)]));
      const ask = (pool: CandidatePool) => solver.solve(pool, ['a', 'b']);
      const expected = pools.map((_, i) => [`noarch/a-1.${i}-0.conda`, `noarch/b-2.${i}-0.conda`]);
      const twice = await Promise.all([...pools, ...pools].map(ask));
      expect(twice.map(solved)).toEqual([...expected, ...expected]);
    });

    it('survives what its engine does not', async () => {
      const good = [candidate('a 1', { depends: ['b'] }), candidate('b 1')];
      const bad = [candidate('a 1', { depends: ['conda-forge::b'] }), candidate('b 1')];
      const answers = await Promise.all([
        solve(good, ['a']),
        solve(bad, ['a']),
        solve(good, ['a']),
        solve(good, ['*']),
      ]);
      expect(answers.map(({ status }) => status)).toEqual(['solved', 'failed', 'solved', 'failed']);
      expect(await solve(bad, ['a'])).toMatchObject({
        status: 'failed',
        explanation: expect.stringMatching(/^the solver failed: \S/),
      });
      expect(await keysOf(good, ['a'])).toHaveLength(2);
    });

    it('fails only the calls that need a record it cannot read', async () => {
      const parts = Array.from({ length: 30 }, (_, i) => candidate(`part${i} 1`, { depends: [`leaf${i}`] }));
      const leaves = parts.map((_, i) => candidate(`leaf${i} 1`));
      const names = parts.map(({ record }) => record.name);
      const pool = poolOf([...parts, ...leaves, candidate('all 1', { depends: [...names, 'odd'] }), oddVersion]);
      for (const status of ['failed', 'failed', 'solved']) {
        const specs = status === 'solved' ? names : ['all'];
        expect(await solver.solve(pool, specs)).toMatchObject({ status });
      }
    });

    it('does not take a spec it cannot read for one that cannot be met', async () => {
      for (const spec of ['a >=', '', 'a*', 'https://example.invalid/noarch/a-1-0.conda']) {
        expect(await solve([candidate('a 1')], [spec]), spec).toMatchObject({ status: 'failed' });
      }
    });
  });
}

const oddVersion = { key: 'noarch/odd-1-0.conda', record: { ...candidate('odd 1').record, version: '1 .0' } };
