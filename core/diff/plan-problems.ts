import { artifactId, type EntryOutcome } from '../documents/plan.ts';
import { canonicalJson } from '../json/json.ts';
import type { Problem } from '../problems/problem.ts';
import { byEntryAndPlatform, installs } from '../solve/solve-request.ts';
import type { ChannelChange } from './change.ts';
import type { ProvenChanges } from './prove-changes.ts';

/** Platforms share `noarch`, and so what is wrong with it. */
export const eachOnce = (problems: readonly Problem[]): Problem[] => [
  ...new Map(problems.map((problem) => [canonicalJson(problem), problem])).values(),
];

/**
 * One problem for each entry and platform that does not install. What is told already, such as that upstream cannot be
 * read for the platform, is not told again of each of its entries.
 */
export function outcomeProblems(outcomes: readonly EntryOutcome[], told: ReadonlySet<string>): Problem[] {
  return byEntryAndPlatform(outcomes).flatMap((group) => {
    const [first] = group;
    if (first === undefined || installs(group)) return [];
    const { entry, platform, explanation } = first;
    if (explanation !== null && told.has(explanation)) return [];
    const code = group.some(({ status }) => status === 'failed') ? 'solver.failed' : 'entry.unsolvable';
    return [{ code, subject: `${entry} on ${platform}`, detail: explanation ?? '' }];
  });
}

const heldCodes = {
  change: 'held.change',
  drop: 'held.drop',
  'second-format': 'held.second-format',
  hotfix: 'held.hotfix',
} as const satisfies Record<ChannelChange['kind'], string>;

export function heldProblem({ change, breaks }: ProvenChanges['held'][number]): Problem {
  const detail = `${change.reason}; not done, since this would break ${breaks.join(', ')}`;
  return { code: heldCodes[change.kind], subject: artifactId(change), detail };
}
