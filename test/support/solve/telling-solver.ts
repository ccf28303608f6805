import { canonicalJson } from '../../../core/json/json.ts';
import { sha256Of } from '../../../core/names/digest.ts';
import { matchSpecMatches } from '../../../core/names/match-spec/match-record.ts';
import type { Candidate, CandidatePool, ServedChannel, Solution, Solver } from '../../../core/ports/solver.ts';
import { dependencySpec } from '../../../core/record/dependency-spec.ts';

/**
 * No solver: its answer is drawn from all that it was asked and all that this can reach, found the slow way, so that whatever a
 * hash leaves out of that shows.
 */
export function tellingSolver() {
  let [calls, failed] = [0, 0];
  const solver: Solver = {
    id: 'telling 1',
    async solve(pool: CandidatePool | ServedChannel, specs): Promise<Solution> {
      calls += 1;
      if (!('candidates' in pool)) throw new TypeError('a plan solves from records');
      const reached = reachedIn([...pool.candidates.values()].flat(), specs);
      const { platform, virtualPackages } = pool;
      const all = canonicalJson([
        platform,
        virtualPackages,
        specs,
        reached.map(({ key, record }) => ({ key, record })),
      ]);
      if (draw(all) < 4) return { status: 'unsolvable', explanation: all };
      if (draw(all) === 15) failed += 1;
      if (draw(all) === 15) return { status: 'failed', explanation: 'it broke' };
      return { status: 'solved', keys: reached.map(({ key }) => key).filter((key) => draw(all + key) < 8) };
    },
    [Symbol.asyncDispose]: async () => {},
  };
  return { solver, counted: () => ({ calls, failed }) };
}

const draw = (text: string): number => Number.parseInt(sha256Of(text)[0] ?? '', 16);

function reachedIn(all: readonly Candidate[], specs: readonly string[]): Candidate[] {
  let wanted = new Set(specs);
  for (;;) {
    const reached = all.filter(({ record }) => [...wanted].some((text) => asksFor(text, record)));
    const more = new Set([...wanted, ...reached.flatMap(({ record }) => record.depends)]);
    if (more.size === wanted.size) return reached.sort((a, b) => (a.key < b.key ? -1 : 1));
    wanted = more;
  }
}

function asksFor(text: string, record: Candidate['record']): boolean {
  const spec = dependencySpec(text);
  return spec !== null && matchSpecMatches(spec, record);
}
