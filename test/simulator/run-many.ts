import fc from 'fast-check';
import type { Indexer } from './indexer.ts';
import { type Scenario, scenarios } from './scenario.ts';
import { simulate } from './simulate.ts';

/** What broke an indexer: the run that did (counted from 1), how to get it again, and the smallest scenario found. */
export interface Broken {
  readonly seed: number;
  readonly run: number;
  readonly path: string;
  readonly fault: string;
  readonly scenario: Scenario;
}

export interface RunMany {
  readonly runs: number;
  readonly seed: number;
  /** Goes straight to one run that broke. */
  readonly path?: string;
}

/** Runs an indexer through so many worlds; equal seeds make equal worlds. Null when nothing broke in any. */
export async function runMany(indexer: Indexer, { runs, seed, path }: RunMany): Promise<Broken | null> {
  const property = fc.asyncProperty(scenarios, async (scenario) => {
    const fault = await simulate(indexer, scenario);
    if (fault !== null) throw new Error(fault);
  });
  const details = await fc.check(property, { numRuns: runs, seed, ...(path !== undefined && { path }) });
  const [scenario] = details.counterexample ?? [];
  if (scenario === undefined) return null;
  const fault = (await simulate(indexer, scenario)) ?? 'held when run again: a seed must give one run';
  return { seed, run: details.numRuns, path: details.counterexamplePath ?? '', fault, scenario };
}
