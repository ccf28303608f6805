import { artifactId, type EntryOutcome } from '../../documents/plan.ts';
import type { PipOutcome } from '../../documents/simple/simple-plan.ts';
import { gateProblem } from '../../gate/door/gate-problem.ts';
import { compareCodePoints } from '../../json/json.ts';
import { GatehouseError } from '../../problems/error.ts';
import { installs } from '../solve-request.ts';
import type { LookedAt, Standings } from '../standing/standings.ts';
import { waitingOf } from '../standing/waiting-packages.ts';
import type { GroupPart } from './solve-group.ts';
import type { MadePart } from './solve-made.ts';

type Part = GroupPart | MadePart;

interface FreeWorld {
  readonly standings: Standings;
  /** Solves the requests of these places from all that there is, what the gate holds too. */
  readonly solveFreely: (places: ReadonlySet<number>) => Promise<Part>;
}

/**
 * Has each request that does not install, and would if the gate held nothing, say what is held, until when, and what a person
 * can do about it. A request that installs is left as it is, and so is one that nobody could solve.
 */
export async function explainHeld<P extends Part>(part: P, { standings, solveFreely }: FreeWorld): Promise<P> {
  const unsolved = part.group.solved.filter(({ outcomes }) => isUnsolved(outcomes));
  const forPip = 'simple' in part && isUnsolved(part.simple.outcomes);
  const places = new Set(
    forPip ? part.group.solved.map(({ request }) => request) : unsolved.map(({ request }) => request),
  );
  if (places.size === 0) return part;
  const free = await solveFreely(places);
  const told = new Map<string, string>();
  const held: LookedAt<unknown>[] = [];
  const tell = (outcomes: readonly (EntryOutcome | PipOutcome)[], found: readonly LookedAt<unknown>[]) => {
    held.push(...found);
    if (found.length === 0) return;
    const reason = reasons(found, standings);
    for (const { entry, platform, explanation } of outcomes) {
      if (explanation === null) continue;
      for (const subject of [entry, `${entry} on ${platform}`])
        told.set(toldKey(subject, explanation), `${explanation}\n${reason}`);
    }
  };
  for (const { request, outcomes } of unsolved) tell(outcomes, await heldFor(request, free, standings));
  if (forPip && 'simple' in free && installs(free.simple.outcomes))
    tell(part.simple.outcomes, heldAmong(await tryLook(() => standings.lookAtFiles(free.simple.files))));
  return said(part, told, held);
}

const isUnsolved = (outcomes: readonly Pick<EntryOutcome, 'status'>[]): boolean =>
  !installs(outcomes) && outcomes.some(({ status }) => status === 'unsolvable');

/** What is held of the solution that a request would have; nothing where it has none either way. */
async function heldFor(request: number, { group }: Part, standings: Standings): Promise<LookedAt<unknown>[]> {
  const outcomes = group.solved.find((one) => one.request === request)?.outcomes ?? [];
  if (!installs(outcomes)) return [];
  const ids = new Set(outcomes.flatMap(({ artifacts }) => artifacts));
  const chosen = group.chosen.filter((one) => ids.has(artifactId(one)));
  return heldAmong(await tryLook(() => standings.lookAtPackages(chosen)));
}

/** In order of id: a pool's order depends on where the work was cut. */
const heldAmong = (looked: readonly LookedAt<unknown>[]) =>
  looked.filter(({ held }) => held !== null).sort((a, b) => compareCodePoints(a.id, b.id));

/** It only tells more: a server that cannot be asked changes no outcome. */
const tryLook = <T>(look: () => Promise<readonly LookedAt<T>[]>): Promise<readonly LookedAt<T>[]> =>
  look().catch((error: unknown) => {
    if (!(error instanceof GatehouseError) || !error.code.startsWith('upstream.')) throw error;
    return [];
  });

/** So many reasons are told, and of each so many of the files that it holds, each with its own waiver. */
const maxReasons = 10;
const maxNamed = 5;

function reasons(found: readonly LookedAt<unknown>[], standings: Standings): string {
  const alike = [...Map.groupBy(found, ({ held }) => held?.detail ?? '').values()];
  const lines = alike.slice(0, maxReasons).flatMap((files) => {
    const problems = files.slice(0, maxNamed).flatMap(({ id, sha256, held }) => {
      if (held === null) return [];
      const settled = { verdict: held.verdict, telling: [held], waivers: [] };
      return [gateProblem({ subject: id, sha256 }, settled, standings.now())];
    });
    const hints = new Set(problems.map(({ hint = '' }) => `    ${hint}`));
    return [`  ${namedIds(files)}: ${problems[0]?.detail}`, ...hints];
  });
  const more = alike.length > maxReasons ? [`  and ${alike.length - maxReasons} more`] : [];
  return ['It would install, did the gate not hold:', ...lines, ...more].join('\n');
}

function namedIds(files: readonly LookedAt<unknown>[]): string {
  const named = files.slice(0, maxNamed).map(({ id }) => id);
  const more = files.length > named.length ? ` and ${files.length - named.length} more` : '';
  return `${named.join(', ')}${more}`;
}

/** Two entries may lack the same, and only one of them for the gate. */
const toldKey = (entry: string, explanation: string | null): string => `${entry}\n${explanation}`;

function said<P extends Part>(part: P, told: ReadonlyMap<string, string>, held: readonly LookedAt<unknown>[]): P {
  const say = <T extends EntryOutcome | PipOutcome>(outcome: T): T => {
    const more = told.get(toldKey(outcome.entry, outcome.explanation));
    return more === undefined ? outcome : { ...outcome, explanation: more };
  };
  const solved = part.group.solved.map((one) => ({ ...one, outcomes: one.outcomes.map(say) }));
  const waiting = held.flatMap(({ id, sha256, held: firing }) =>
    firing === null ? [] : [waitingOf({ id, sha256, firing })],
  );
  return {
    ...part,
    group: { ...part.group, solved },
    problems: part.problems.map((one) => ({
      ...one,
      detail: told.get(toldKey(one.subject, one.detail)) ?? one.detail,
    })),
    waiting: [...part.waiting, ...waiting],
    ...('simple' in part && { simple: { ...part.simple, outcomes: part.simple.outcomes.map(say) } }),
  };
}
