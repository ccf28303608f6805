import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canonicalJson } from '../../../core/json/json.ts';
import type { Event } from '../../../core/ports/log.ts';
import type { Solution, Solver } from '../../../core/ports/solver.ts';
import { plan } from '../../../core/steps/plan.ts';
import { allowlistOf, history, sceneWorld } from '../../support/solve/changing-upstream.ts';
import { tellingSolver } from '../../support/solve/telling-solver.ts';

/** Answers all that is asked in one turn of the event loop, what was asked last first. */
function lastFirst(solver: Solver) {
  const waiting: (() => void)[] = [];
  let atOnce = 0;
  const answer = () => {
    atOnce = Math.max(atOnce, waiting.length);
    for (const next of waiting.splice(0).reverse()) next();
  };
  const solve: Solver['solve'] = async (pool, specs): Promise<Solution> => {
    if (waiting.length === 0) setImmediate(answer);
    await new Promise<void>((next) => waiting.push(next));
    return solver.solve(pool, specs);
  };
  return { solver: { ...solver, solve }, atOnce: () => atOnce };
}

describe('requests that are solved side by side', () => {
  it('come to the same plan, told in the same order, whichever is answered first', async () => {
    let most = 0;
    const law = fc.asyncProperty(history, async ([scene]) => {
      fc.pre(scene !== undefined);
      const { solver } = tellingSolver();
      const inTurn = lastFirst(solver);
      const told = async (by: Solver) => {
        const events: Event[] = [];
        const made = await plan(allowlistOf(scene), {
          ...sceneWorld(scene, by),
          log: (event) => void events.push(event),
        });
        return [canonicalJson(made), events];
      };
      expect(await told(inTurn.solver)).toEqual(await told(solver));
      most = Math.max(most, inTurn.atOnce());
    });
    await fc.assert(law, { numRuns: 80 });
    expect(most).toBe(4);
  });
});
