import { eachOnce } from '../../core/diff/plan-problems.ts';
import type { Sha256 } from '../../core/names/digest.ts';
import type { Log } from '../../core/ports/log.ts';
import { orProblem } from '../../core/problems/or-problem.ts';
import type { Problem } from '../../core/problems/problem.ts';
import { type Judging, openJudging } from '../../core/recall/open-judging.ts';
import type { SweepReport } from '../../core/recall/sweep-report.ts';
import { openPythonIndexes } from '../../core/releases/python-indexes.ts';
import { sweep } from '../../core/steps/sweep.ts';
import { stagedLog, stagedProblem } from '../../core/store/staged-telling.ts';
import type { Configured } from '../world/known-allowlist.ts';
import type { World } from '../world/open-world.ts';
import { stagedWorld } from '../world/staged-world.ts';
import { indexAll, indexProblems } from './index-all.ts';
import { indexTouched } from './index-places.ts';

export interface SweptAll {
  readonly channel: SweepReport;
  /** Null where nothing is staged. */
  readonly staging: SweepReport | null;
  /** What indexing found wrong behind both. */
  readonly indexed: readonly Problem[];
}

interface Sweeping {
  readonly allowlist: Configured;
  /** Of the allowlist's bytes; null where there is none. */
  readonly sha256: Sha256 | null;
  readonly log: Log;
}

/**
 * Sweeps the channel and its pip index, and then what is staged, with the same advisories. Every index is brought up to date
 * behind it, also where nothing was recalled: a run that was cut off may have left it to this one.
 */
export async function sweepAll(world: World, { allowlist, sha256, log }: Sweeping): Promise<SweptAll> {
  const judging = await openJudging(allowlist, { ...world, log }, { sha256 });
  const channel = await sweepSide(world, { allowlist, judging, log });
  const staged = await stagedWorld(world);
  const staging = staged && (await sweepStaging(staged, { allowlist, sha256, log }, judging));
  // An index that cannot be made is no reason to keep to ourselves what was recalled.
  const indexed = await orProblem('the index', () => indexAll(allowlist, world, { log }));
  return { channel, staging, indexed: 'code' in indexed ? [indexed] : indexProblems(indexed) };
}

async function sweepStaging(
  staged: World,
  { allowlist, sha256, log }: Sweeping,
  { advice }: Judging,
): Promise<SweepReport> {
  const told = stagedLog(log);
  const judging = await openJudging(allowlist, { ...staged, log: told }, { sha256, advice });
  const report = await sweepSide(staged, { allowlist, judging, log: told });
  return { ...report, problems: report.problems.map(stagedProblem) };
}

interface SideSweeping extends Pick<Sweeping, 'allowlist' | 'log'> {
  readonly judging: Judging;
}

const sweepSide = (world: World, { allowlist, judging, log }: SideSweeping): Promise<SweepReport> =>
  sweep({
    ...world,
    ...judging,
    log,
    filesOf: openPythonIndexes({ ...world, log }).files,
    index: (touched) => indexTouched(touched, allowlist, { ...world, gate: judging.gate, log }),
  });

/** All that makes the exit status 1, once: what waits for a person the sweep and the index find both. */
export const sweepProblems = ({ channel, staging, indexed }: SweptAll): Problem[] =>
  eachOnce([...channel.problems, ...(staging?.problems ?? []), ...indexed]);
