import type { Decision } from '../control.ts';
import { canonicalJson } from '../json.ts';
import { type Artifact, artifactId, type EntryOutcome, type Plan } from '../plan.ts';
import type { Problem } from '../problem.ts';
import type { Alteration } from './alteration.ts';
import type { ChannelState } from './channel-state.ts';
import type { ChannelDraft, Decided } from './draft-channel.ts';
import { outcomeProblems } from './entry-outcome.ts';
import { pythonsApart } from './pythons-apart.ts';
import type { SettledChannel } from './settle-channel.ts';

interface Parts {
  readonly artifacts: readonly Artifact[];
  readonly outcomes: readonly EntryOutcome[];
  readonly problems: readonly Problem[];
  readonly complete: boolean;
  readonly draft: ChannelDraft;
  readonly settled: SettledChannel;
  readonly state: ChannelState;
}

/** Puts a plan together from what was solved, drafted and proved; the same parts give the same bytes. */
export function assemblePlan({ artifacts, outcomes, problems, complete, draft, settled, state }: Parts): Plan {
  const held = new Set(settled.held.map(({ alteration }) => artifactId(alteration)));
  const add = draft.add.map(artifactId).filter((id) => !held.has(id));
  const seconds = new Set(idsOf('second-format', settled.accepted));
  return {
    version: 1,
    artifacts: [...artifacts],
    add,
    change: idsOf('change', settled.accepted),
    drop: idsOf('drop', settled.accepted),
    hotfix: idsOf('hotfix', settled.accepted),
    second: add.filter((id) => seconds.has(id)),
    entries: [...outcomes],
    apart: pythonsApart(outcomes),
    problems: distinct([
      ...problems,
      ...outcomeProblems(outcomes),
      ...draft.problems,
      ...settled.held.map(heldProblem),
    ]),
    complete,
    decisions: decisionsOf([...draft.decisions, ...settled.decisions], state),
    alterations: decisionsOf(settled.accepted, state),
  };
}

const idsOf = (kind: Alteration['kind'], alterations: readonly Alteration[]): string[] =>
  alterations
    .filter((alteration) => alteration.kind === kind)
    .map(artifactId)
    .sort();

function heldProblem({ alteration, breaks }: SettledChannel['held'][number]): Problem {
  const detail = `${alteration.reason}; not done, since this would break ${breaks.join(', ')}`;
  return { code: `held.${alteration.kind}`, subject: artifactId(alteration), detail };
}

/** Platforms share `noarch`, and so what is wrong with it. */
function distinct(problems: readonly Problem[]): Problem[] {
  return [...new Map(problems.map((problem) => [canonicalJson(problem), problem])).values()];
}

/** Only what differs from what control says already: a run that changes nothing writes nothing. */
function decisionsOf(decided: readonly (Decided | Alteration)[], state: ChannelState): Plan['decisions'] {
  const decisions: Record<string, Record<string, Decision>> = {};
  for (const { subdir, filename, decision } of decided) {
    const before = state.get(subdir)?.control.packages[filename];
    if (decision === null || canonicalJson(decision) === canonicalJson(before ?? null)) continue;
    const folder = decisions[subdir] ?? {};
    folder[filename] = decision;
    decisions[subdir] = folder;
  }
  return decisions;
}
