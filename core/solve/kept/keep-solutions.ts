import { type Sha256, sha256Of } from '../../names/digest.ts';
import { packageFileParts } from '../../names/package-file-name.ts';
import type { DocumentCache } from '../../ports/cache.ts';
import type { CandidatePool, Solution, Solver } from '../../ports/solver.ts';
import { openKnownReach } from './known-reach.ts';
import { readKeptSolutions, type SoundSolution, writeKeptSolutions } from './solutions-document.ts';

export interface KeptSolutions {
  /** Answers with what was solved before, and is asked else. A solver without an id, or of a served channel, is always asked. */
  readonly solver: Solver;
  /** Keeps what was solved, for the next plan. */
  keep(): Promise<void>;
}

/** So many are kept beside those that a plan used: of 300 entries on 3 platforms with 3 pythons, each solved twice, there are 5,400. */
const maxKeptSolutions = 10_000;

/**
 * A solver that keeps each solution under a hash of all that it depended on: the solver, the platform, its virtual packages, the
 * specs, and every record that these could reach, to its last byte. Whatever else a pool holds is left out of it, so that one entry
 * more changes no other's hash. What failed says nothing and is not kept.
 */
export async function openKeptSolutions(solver: Solver, cache: DocumentCache): Promise<KeptSolutions> {
  const known = await readKeptSolutions(cache);
  const used = new Map<Sha256, SoundSolution>();
  const reach = openKnownReach(known.reached);
  let [solved, written] = [0, 0];
  const isNew = () => solved > 0 || [...reach.digests.keys()].some((whole) => !known.reached.has(whole));
  const solve = async (pool: CandidatePool, specs: readonly string[]): Promise<Solution> => {
    const hash = hashOf({ id: solver.id, pool, specs, digest: reach.digest(pool, specs) });
    const before = used.get(hash) ?? known.solutions.get(hash);
    if (before !== undefined && isAmong(before, pool)) {
      used.set(hash, before);
      return before;
    }
    const solution = await solver.solve(pool, specs);
    const isOfUse =
      solution.status === 'unsolvable' || (solution.status === 'solved' && reach.holds(pool, specs, solution.keys));
    if (!isOfUse) return solution;
    used.set(hash, solution);
    solved += 1;
    return solution;
  };
  return {
    solver: {
      ...solver,
      solve: async (pool, specs) =>
        'candidates' in pool && solver.id !== undefined ? solve(pool, specs) : solver.solve(pool, specs),
    },
    async keep() {
      // Once anything is new all is written, and again when there is more of it: the digests at rest are those of one plan.
      const more = solved + reach.digests.size;
      if (more === written || !isNew()) return;
      written = more;
      const { solutions } = await readKeptSolutions(cache);
      await writeKeptSolutions(cache, { solutions: together(solutions, used), reached: reach.digests });
    },
  };
}

interface SolverQuestion {
  readonly id: string | undefined;
  readonly pool: Pick<CandidatePool, 'platform' | 'virtualPackages'>;
  readonly specs: readonly string[];
  /** Of what the specs reach in the pool. */
  readonly digest: string;
}

/** Names a question to a solver: equal ones have equal answers. */
const hashOf = ({ id, pool: { platform, virtualPackages }, specs, digest }: SolverQuestion): Sha256 =>
  sha256Of(JSON.stringify([id, platform, Object.entries(virtualPackages).sort(), specs, digest]));

/** A solution of packages that are not there is not this question's, whoever wrote it. */
const isAmong = (solution: SoundSolution, { candidates }: CandidatePool): boolean =>
  solution.status !== 'solved' ||
  solution.keys.every(
    (key) =>
      candidates.get(packageFileParts(key.slice(key.indexOf('/') + 1)).name)?.some((one) => one.key === key) ?? false,
  );

/** What another plan kept meanwhile, and behind it what this one used; without what was of no use for longest. */
function together(
  atRest: ReadonlyMap<Sha256, SoundSolution>,
  used: ReadonlyMap<Sha256, SoundSolution>,
): Map<Sha256, SoundSolution> {
  const others = [...atRest].filter(([hash]) => !used.has(hash));
  const left = Math.max(0, maxKeptSolutions - used.size);
  return new Map([...others.slice(others.length - Math.min(left, others.length)), ...used]);
}
