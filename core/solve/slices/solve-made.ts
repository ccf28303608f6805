import { isOwnProject } from '../../documents/allowlist/own-projects.ts';
import type { Allowlist } from '../../documents/allowlist/parse-allowlist.ts';
import type { PartialPlan } from '../../documents/partial-plan.ts';
import type { Patches } from '../../documents/patches/hotfix.ts';
import { isWanted } from '../../made/channel-packages.ts';
import { condaNames, type NamesWorld } from '../../made/conda-names.ts';
import { type MadeCandidates, madeCandidates } from '../../made/made-candidates.ts';
import { GatehouseError } from '../../problems/error.ts';
import { type Problem, problemOf } from '../../problems/problem.ts';
import type { PythonIndexes } from '../../releases/python-indexes.ts';
import type { OwnStore } from '../../resolve/own-store.ts';
import { nothingForPip } from '../../resolve/resolve-entry.ts';
import type { PypiRequest } from '../requests.ts';
import { type ResolvedAround, resolveAround } from '../standing/resolve-around.ts';
import type { OpenSubdir } from '../upstream-subdirs.ts';
import type { UpstreamView } from '../upstream-view.ts';
import { wheelTargets } from '../virtual-packages.ts';
import { besideMade } from './beside-made.ts';
import type { RequestView } from './own-view.ts';
import { type GroupPart, type GroupWorld, solveGroup, unsolvedPart } from './solve-group.ts';
import { pythonless, solveOwn } from './solve-own.ts';
import { upstreamChannels } from './upstream-channels.ts';

interface SolveMadeWorld extends GroupWorld, Omit<NamesWorld, 'channels'> {
  readonly openSubdir: OpenSubdir;
  /** The indexes with all that the gate holds. */
  readonly beforeGate?: { readonly pythonIndexes: PythonIndexes } | undefined;
  readonly view: UpstreamView;
  /** What the organisation's own packages are solved from. */
  readonly ownView: () => Promise<RequestView>;
  readonly allowlist: Allowlist;
  /** What is the organisation's own; nothing without it. */
  readonly own?: OwnStore;
  /** The organisation's own hotfixes; none without it. */
  readonly patches?: Patches;
}

/** A PyPI entry on a platform, as conda and as pip get it. */
export interface MadePart extends GroupPart {
  readonly simple: PartialPlan['simple'];
}

/**
 * Solves a PyPI entry on a platform for conda, and for pip, which has a closure of its own. What has no wheel that could be
 * a conda package is for pip alone where pip can have it: that is told, and no failure.
 */
export async function solveForBoth(place: number, request: PypiRequest, world: SolveMadeWorld): Promise<MadePart> {
  const forPip = await resolveOn(request, world);
  const isForPip = forPip.outcomes.some(({ status }) => status === 'solved');
  const { group, problems, warnings, waiting, complete } = await solveForConda(place, request, { ...world, isForPip });
  const explained = group.solved.flatMap(({ outcomes }) => outcomes.map(({ explanation }) => explanation));
  const isSettled = ({ code, detail }: Problem) => isForPip && settling.has(code) && explained.includes(detail);
  const { settled = [], left = [] } = Object.groupBy(problems, (one) => (isSettled(one) ? 'settled' : 'left'));
  return {
    group,
    problems: [...left, ...forPip.problems],
    warnings: [...warnings, ...settled.map((one) => ({ ...one, code: 'pypi.pip-only' })), ...forPip.warnings],
    complete: complete && forPip.outcomes.every(({ status }) => status !== 'failed'),
    waiting: [...waiting, ...forPip.waiting],
    simple: { outcomes: [...forPip.outcomes], files: [...forPip.files] },
  };
}

/** Why conda gets nothing of an entry, where pip alone can have it. */
const settling = new Set(['pypi.no-wheel', 'plan.unpublished']);

async function solveForConda(
  place: number,
  request: PypiRequest,
  world: SolveMadeWorld & { readonly isForPip: boolean },
): Promise<GroupPart> {
  const { view, allowlist, isForPip, log } = world;
  const lacking = isForPip ? await pythonless(request, world) : null;
  if (lacking !== null)
    return unsolvedPart([place, request], lacking, { platform: view.platform, status: 'unsolvable', log });
  return isOwnProject(request.made.project, allowlist)
    ? solveOwn(place, request, world)
    : solveMade(place, request, world);
}

async function resolveOn(request: PypiRequest, world: SolveMadeWorld): Promise<ResolvedAround> {
  const { view, virtualPackages, allowlist, openSubdir } = world;
  const nothing = { files: [], problems: [], warnings: [], waiting: [] };
  const nowhere = { subdir: view.platform, pythonMinor: null };
  try {
    const names = condaNames(allowlist, { ...world, channels: upstreamChannels(allowlist, openSubdir) });
    const targets = wheelTargets(view.platform, virtualPackages, await names.pythons());
    if (targets.length > 0) return await resolveAround(request, targets, world);
    return { ...nothing, outcomes: [nothingForPip(request, nowhere, 'unsolvable', 'there is no Python 3')] };
  } catch (error) {
    if (!(error instanceof GatehouseError)) throw error;
    const failed = nothingForPip(request, nowhere, 'failed', error.message);
    return { ...nothing, outcomes: [failed], problems: [problemOf(error, request.id)] };
  }
}

/**
 * Solves a PyPI entry on a platform: its package is one that can be made, whatever the channels have of that name. All else
 * comes from the channels, and what they lack from those that can be made for it. An index that cannot be read fails the entry, not the run.
 */
async function solveMade(place: number, request: PypiRequest, world: SolveMadeWorld): Promise<GroupPart> {
  const { view, patches, log } = world;
  const candidates = await tryCandidates(request, world);
  if (!candidates.ok) {
    const status = candidates.isFailed ? 'failed' : 'unsolvable';
    return unsolvedPart([place, request], candidates.problem, { platform: view.platform, status, log });
  }
  const { name: own } = request.made;
  const others = candidates.dependencies.filter(({ record }) => record.name !== own);
  const named = besideMade(ofOthers(own, view), {
    made: [...candidates.records, ...others],
    patches,
    lacks(name, ofChannels) {
      const wanted = candidates.wanted.filter((one) => one.name === name);
      return name === own || !wanted.every(({ specifier }) => ofChannels.some((one) => isWanted(one, name, specifier)));
    },
  });
  const part = await solveGroup([[place, request]], { platform: view.platform, named }, world);
  return { ...part, warnings: [...candidates.warnings, ...part.warnings] };
}

/** The channels without what they have of the name that the made package gets. */
const ofOthers = (own: string, { named }: UpstreamView): Pick<UpstreamView, 'named'> => ({
  named: async (name, only) => (name === own ? { records: [], problems: [] } : named(name, only)),
});

type TriedCandidates =
  | Extract<MadeCandidates, { ok: true }>
  /** `isFailed`: it says nothing about the entry. */
  | (Extract<MadeCandidates, { ok: false }> & { readonly isFailed: boolean });

async function tryCandidates(request: PypiRequest, world: SolveMadeWorld): Promise<TriedCandidates> {
  try {
    const channels = upstreamChannels(world.allowlist, world.openSubdir);
    const candidates = await madeCandidates(request, world.allowlist, { ...world, channels });
    return candidates.ok ? candidates : { ...candidates, isFailed: false };
  } catch (error) {
    if (!(error instanceof GatehouseError)) throw error;
    return { ok: false, problem: problemOf(error, request.id), isFailed: true };
  }
}
