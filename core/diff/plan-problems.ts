import { artifactId, type EntryOutcome } from '../documents/plan.ts';
import { canonicalJson } from '../json/json.ts';
import type { Problem } from '../problems/problem.ts';
import { byEntryAndPlatform, installs } from '../solve/solve-request.ts';
import { notTried } from '../solve/telling/one-cause.ts';
import type { ChannelChange } from './change.ts';
import type { ProvenChanges } from './prove-changes.ts';

/** Platforms share `noarch`, and so what is wrong with it. */
export const eachOnce = (problems: readonly Problem[]): Problem[] => [
  ...new Map(problems.map((problem) => [canonicalJson(problem), problem])).values(),
];

/**
 * One problem for each entry and platform that does not install. What is told already, such as that an upstream cannot be
 * read, is not told again of each of its entries.
 */
export function outcomeProblems(outcomes: readonly EntryOutcome[], told: ReadonlySet<string>): Problem[] {
  return byEntryAndPlatform(outcomes).flatMap((group) => {
    const [first] = group;
    if (first === undefined || installs(group)) return [];
    const { entry, platform, explanation } = first;
    if (explanation !== null && (explanation === notTried || told.has(explanation))) return [];
    const code = group.some(({ status }) => status === 'failed') ? 'solver.failed' : 'entry.unsolvable';
    return [{ code, subject: `${entry} on ${platform}`, detail: explanation ?? '' }];
  });
}

/** Problems of entries behind all others, which may be why. */
export const entriesLast = (problems: readonly Problem[]): Problem[] =>
  problems.toSorted((a, b) => Number(a.code === 'entry.unsolvable') - Number(b.code === 'entry.unsolvable'));

/** What an entry comes to alike on several platforms is one problem, with the platforms behind the entry. */
export function onAllPlatforms(problems: readonly Problem[]): Problem[] {
  const entryOf = ({ subject }: Problem) => subject.slice(0, subject.lastIndexOf(' on '));
  const causeOf = (problem: Problem) =>
    perPlatform.has(problem.code) ? canonicalJson({ ...problem, subject: entryOf(problem) }) : canonicalJson(problem);
  return [...Map.groupBy(problems, causeOf).values()].flatMap((alike) => {
    const [first] = alike;
    if (first === undefined || !perPlatform.has(first.code)) return alike.slice(0, 1);
    const platforms = alike.map(({ subject }) => subject.slice(entryOf(first).length + ' on '.length));
    return [{ ...first, subject: `${entryOf(first)} on ${[...new Set(platforms)].join(', ')}` }];
  });
}

const perPlatform: ReadonlySet<string> = new Set(['entry.unsolvable', 'solver.failed']);

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
