import type { EntryOutcome } from '../plan.ts';
import type { Problem } from '../problem.ts';
import type { Subdir } from '../subdir.ts';
import type { Attempt } from './solve-request.ts';

export function entryOutcome(entry: string, platform: Subdir, { python, solution }: Attempt): EntryOutcome {
  const { status } = solution;
  return status === 'solved'
    ? { entry, platform, python, status, artifacts: [...solution.keys], explanation: null }
    : { entry, platform, python, status, artifacts: [], explanation: solution.explanation };
}

/** An entry holds on a platform when it solves there for at least one python. */
export function holds(outcomes: readonly EntryOutcome[]): boolean {
  return outcomes.some(({ status }) => status === 'solved');
}

/** The outcomes of each entry on each platform, together. */
export function byEntryAndPlatform(outcomes: readonly EntryOutcome[]): EntryOutcome[][] {
  return [...Map.groupBy(outcomes, ({ entry, platform }) => `${platform} ${entry}`).values()];
}

/** One problem for each entry and platform that does not hold. */
export function outcomeProblems(outcomes: readonly EntryOutcome[]): Problem[] {
  return byEntryAndPlatform(outcomes).flatMap((group) => {
    const [first] = group;
    if (first === undefined || holds(group)) return [];
    const code = group.some(({ status }) => status === 'failed') ? 'solver.failed' : 'entry.unsolvable';
    return [{ code, subject: `${first.entry} on ${first.platform}`, detail: first.explanation ?? '' }];
  });
}
