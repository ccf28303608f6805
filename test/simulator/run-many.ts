import fc from 'fast-check';
import type { Indexer } from './indexer.ts';
import { type PublishScenario, publishScenarios } from './publish/publish-scenario.ts';
import type { PublishSystem } from './publish/publish-system.ts';
import { simulatePublish } from './publish/simulate-publish.ts';
import { type Scenario, scenarios } from './scenario.ts';
import { type SimpleScenario, simpleScenarios } from './simple/simple-scenario.ts';
import { type SimpleIndexer, simulateSimple } from './simple/simulate-simple.ts';
import { simulate } from './simulate.ts';

/** What broke an indexer: the run that did (counted from 1), how to get it again, and the smallest scenario found. */
export interface Broken<S> {
  readonly seed: number;
  readonly run: number;
  readonly path: string;
  readonly fault: string;
  readonly scenario: S;
}

export interface RunMany {
  readonly runs: number;
  readonly seed: number;
  /** Goes straight to one run that broke. */
  readonly path?: string;
  /** Looks for no smaller scenario than the one that broke. */
  readonly asFound?: boolean;
}

/** Runs an indexer through so many worlds; equal seeds make equal worlds. Null when nothing broke in any. */
export const runMany = (indexer: Indexer, many: RunMany): Promise<Broken<Scenario> | null> =>
  runEach(scenarios, (scenario) => simulate(indexer, scenario), many);

/** The same of an indexer of the pip index. */
export const runManySimple = (indexer: SimpleIndexer, many: RunMany): Promise<Broken<SimpleScenario> | null> =>
  runEach(simpleScenarios, (scenario) => simulateSimple(indexer, scenario), many);

/**
 * The same of publishing, with its mirrors and indexers.
 *
 * @param counts takes how often each thing came about in all runs
 */
export const runManyPublish = (
  system: PublishSystem,
  many: RunMany,
  counts: Map<string, number> = new Map(),
): Promise<Broken<PublishScenario> | null> => {
  const run = async (scenario: PublishScenario) => {
    const { fault, counts: own } = await simulatePublish(system, scenario);
    for (const [what, times] of own) counts.set(what, times + (counts.get(what) ?? 0));
    return fault;
  };
  return runEach(publishScenarios, run, many);
};

async function runEach<S>(
  worlds: fc.Arbitrary<S>,
  run: (scenario: S) => Promise<string | null>,
  { runs, seed, path, asFound = false }: RunMany,
): Promise<Broken<S> | null> {
  const property = fc.asyncProperty(worlds, async (scenario) => {
    const fault = await run(scenario);
    if (fault !== null) throw new Error(fault);
  });
  const details = await fc.check(property, {
    numRuns: runs,
    seed,
    endOnFailure: asFound,
    ...(path !== undefined && { path }),
  });
  const [scenario] = details.counterexample ?? [];
  if (scenario === undefined) return null;
  const fault = (await run(scenario)) ?? 'held when run again: a seed must give one run';
  return { seed, run: details.numRuns, path: details.counterexamplePath ?? '', fault, scenario };
}
