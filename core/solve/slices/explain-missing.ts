import type { EntryOutcome } from '../../documents/plan.ts';
import type { Problem } from '../../problems/problem.ts';
import { specsNotFound } from '../not-found.ts';
import type { InstallRequest } from '../requests.ts';
import { installs } from '../solve-request.ts';
import type { Cause, CauseWorld, Missing } from '../telling/cause.ts';
import { missingCause } from '../telling/missing-cause.ts';
import type { GroupPart, Placed } from './solve-group.ts';

/**
 * Has each request that does not install, since nothing was found of something, say which of its causes that has, in its
 * explanation and with a hint. Any other is left as it is, and nothing is read for it.
 */
export async function explainMissing<P extends GroupPart>(
  part: P,
  placed: readonly Placed[],
  world: CauseWorld,
): Promise<P> {
  const requests = new Map(placed);
  let problems = [...part.problems];
  const solved: P['group']['solved'] = [];
  for (const one of part.group.solved) {
    const request = requests.get(one.request);
    const explained = request === undefined ? [] : await explainAll(one.outcomes, request, world);
    problems = explained.reduce(told, problems);
    solved.push({
      ...one,
      outcomes: one.outcomes.map((outcome) => explained.find(({ was }) => was === outcome)?.outcome ?? outcome),
    });
  }
  return { ...part, group: { ...part.group, solved }, problems };
}

interface Explained {
  readonly was: EntryOutcome;
  readonly outcome: EntryOutcome;
  /** Null where another outcome of the request has it. */
  readonly problem: Problem | null;
}

async function explainAll(
  outcomes: readonly EntryOutcome[],
  request: InstallRequest,
  world: CauseWorld,
): Promise<Explained[]> {
  if (installs(outcomes) || outcomes.some(({ status }) => status === 'failed')) return [];
  const explained: Explained[] = [];
  for (const was of outcomes) {
    const { explanation, hint } = (await explain(was, request, world)) ?? {};
    if (explanation === undefined) continue;
    const { entry, platform } = was;
    const problem = {
      code: 'entry.unsolvable',
      subject: `${entry} on ${platform}`,
      detail: explanation,
      ...(hint !== undefined && { hint }),
    };
    explained.push({ was, outcome: { ...was, explanation }, problem: was === outcomes[0] ? problem : null });
  }
  return explained;
}

/** So many causes of one entry are told: an older version each may lack something else. */
const maxCauses = 5;

async function explain(
  { explanation, python }: EntryOutcome,
  request: InstallRequest,
  world: CauseWorld,
): Promise<{ readonly explanation: string; readonly hint: string | undefined } | null> {
  const text = explanation ?? '';
  const causes: (Cause & { readonly name: string })[] = [];
  for (const spec of specsNotFound(text).slice(0, maxCauses)) {
    const missing = { spec, request, python };
    const cause = (await missingCause(missing, world)) ?? (await causeAsked(missing, world));
    if (cause !== null) causes.push({ ...cause, name: spec.name });
  }
  if (causes.length === 0) return null;
  const hints = [...new Set(causes.flatMap(({ hint }) => hint ?? []))];
  return { explanation: withCauses(text, causes), hint: hints.length === 0 ? undefined : hints.join('; ') };
}

/** A solver's words leave out what it was not given of a spec, such as a license: by them the package is there. */
async function causeAsked(missing: Missing, world: CauseWorld): Promise<Cause | null> {
  for (const spec of missing.request.specs.filter(({ name }) => name === missing.spec.name)) {
    const cause = await missingCause({ ...missing, spec }, world);
    if (cause !== null) return cause;
  }
  return null;
}

/** That nothing else is said than that nothing was found. */
const alone = /^Cannot solve the request because of: (No candidates were found for .+)\.$/;

function withCauses(text: string, causes: readonly (Cause & { readonly name: string })[]): string {
  const [, sentence] = alone.exec(text) ?? [];
  const [first] = causes;
  if (sentence !== undefined && first !== undefined) return `${sentence}: ${first.detail}`;
  return [text, ...causes.map(({ name, detail }) => `${name}: ${detail}`)].join('\n');
}

/** A problem that said the same without the cause says it with the cause, and keeps its own hint. */
function told(problems: Problem[], { was, problem }: Explained): Problem[] {
  if (problem === null) return problems;
  const subjects = [problem.subject, was.entry];
  const isSame = ({ subject, detail }: Problem) => subjects.includes(subject) && detail === was.explanation;
  if (!problems.some(isSame)) return [...problems, problem];
  return problems.map((one) => (isSame(one) ? { ...problem, ...one, detail: problem.detail } : one));
}
