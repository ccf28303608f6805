import type { EntryOutcome } from '../../documents/plan.ts';
import type { PipOutcome } from '../../documents/simple/simple-plan.ts';
import { canonicalJson } from '../../json/json.ts';
import { knownSubdirPattern } from '../../names/subdir.ts';
import type { Problem } from '../../problems/problem.ts';

/** Why an entry has failed for a cause that the plan tells by itself. */
export const notTried = 'not tried: an upstream could not be read';

/** Whether a problem says that an upstream cannot be read, or a file or variable that says how, which fails many entries and is the fault of none. */
const isUnread = ({ code }: Problem): boolean =>
  code.startsWith('upstream.') || code === 'json.invalid' || code === 'usage.invalid';

/**
 * The outcomes of a plan, those that failed for what a problem of an upstream says only told to be not tried: the plan
 * would say it again for each entry, platform and python.
 */
export function withoutRepeats<T extends EntryOutcome | PipOutcome>(
  outcomes: readonly T[],
  problems: readonly Problem[],
): T[] {
  const told = new Set(problems.filter(isUnread).map(({ detail }) => detail));
  return outcomes.map((outcome) => {
    const { status, explanation } = outcome;
    const isTold = status === 'failed' && explanation !== null && told.has(explanation);
    return isTold ? { ...outcome, explanation: notTried } : outcome;
  });
}

/**
 * One problem for each upstream that cannot be read, though it was met on several platforms, for several names, or in
 * several files of it; the subject lists them all. Every other problem stays as it is.
 *
 * @param problems in an order that does not depend on where the work was cut
 */
export function oneForEachUpstream(problems: readonly Problem[]): Problem[] {
  return [...Map.groupBy(problems, causeOf).values()].flatMap((alike) => {
    const [first] = alike;
    return first === undefined || !isUnread(first) ? alike : [merged(first, alike)];
  });
}

const lacksPlatform = /^(.* neither noarch nor )(\S+)$/s;
const url = /\b(?:https?|file):\/\/[^\s"]+/g;

/** Equal for problems that have one cause. */
function causeOf(problem: Problem): string {
  const { code, detail, hint = '' } = problem;
  if (!isUnread(problem)) return canonicalJson(problem);
  return [code, hint, detail.replace(lacksPlatform, '$1').replace(url, placeOf(code))].join('\n');
}

const hostCodes: ReadonlySet<string> = new Set(['upstream.unreachable', 'upstream.stalled']);
const folderCodes: ReadonlySet<string> = new Set(['upstream.status', 'upstream.body', 'upstream.page']);

const inSubdir = new RegExp(`/${knownSubdirPattern}(?:/.*)?$`);

/** The part of a URL that a cause is of: a server that does not answer has one for all its files, and a channel or an index for its own. */
const placeOf =
  (code: string) =>
  (text: string): string => {
    if (hostCodes.has(code)) return /^[a-z]+:\/\/[^/]+/.exec(text)?.[0] ?? text;
    if (!folderCodes.has(code)) return text;
    return inSubdir.test(text) ? text.replace(inSubdir, '') : text.replace(/\/[^/]+\/?$/, '');
  };

/** So many subjects are named. */
const maxNamed = 10;

function merged(first: Problem, alike: readonly Problem[]): Problem {
  const subjects = [...new Set(alike.map(({ subject }) => subject))];
  const more = subjects.length > maxNamed ? ` and ${subjects.length - maxNamed} more` : '';
  return { ...first, subject: `${subjects.slice(0, maxNamed).join(', ')}${more}`, detail: mergedDetail(first, alike) };
}

function mergedDetail({ detail }: Problem, alike: readonly Problem[]): string {
  const details = [...new Set(alike.map((one) => one.detail))];
  const [, start] = lacksPlatform.exec(detail) ?? [];
  if (start !== undefined) return start + details.map((one) => lacksPlatform.exec(one)?.[2]).join(' nor ');
  const others = details.length - 1;
  return others === 0 ? detail : `${detail}; and so ${others === 1 ? '1 other' : `${others} others`} there`;
}
