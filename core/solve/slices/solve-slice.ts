import type { Allowlist } from '../../documents/allowlist/parse-allowlist.ts';
import type { PartialPlan } from '../../documents/partial-plan.ts';
import { noPatches, type Patches } from '../../documents/patches/hotfix.ts';
import { isReserved } from '../../names/reserved-names.ts';
import type { Subdir } from '../../names/subdir.ts';
import type { Log } from '../../ports/log.ts';
import type { Solver } from '../../ports/solver.ts';
import { GatehouseError } from '../../problems/error.ts';
import { problemOf } from '../../problems/problem.ts';
import type { NameEvidence } from '../../releases/name-evidence.ts';
import type { PythonIndexes } from '../../releases/python-indexes.ts';
import type { OwnStore } from '../../resolve/own-store.ts';
import { nothingForPip } from '../../resolve/resolve-entry.ts';
import { narrowKey } from '../candidate-pool.ts';
import { isOwnPackage, ownNamesAlone, seenChannels } from '../own-names.ts';
import { type InstallRequest, installRequests, type PlanSlice } from '../requests.ts';
import { failedOutcome } from '../solve-request.ts';
import { passingAlone } from '../standing/passing-alone.ts';
import type { Standings } from '../standing/standings.ts';
import type { CauseWorld } from '../telling/cause.ts';
import { openOffers } from '../telling/offers.ts';
import { type OpenSubdir, patchUpstream } from '../upstream-subdirs.ts';
import { openView, type UpstreamView } from '../upstream-view.ts';
import { virtualPackagesFor } from '../virtual-packages.ts';
import { explainHeld } from './explain-held.ts';
import { explainMissing } from './explain-missing.ts';
import { hiddenConflicts } from './hidden-conflicts.ts';
import { openOwnView, type RequestView } from './own-view.ts';
import { type GroupPart, type Placed, solveGroup } from './solve-group.ts';
import { type MadePart, solveForBoth } from './solve-made.ts';

export interface SliceWorld {
  readonly openSubdir: OpenSubdir;
  readonly pythonIndexes: PythonIndexes;
  readonly nameEvidence: NameEvidence;
  /** What is the organisation's own; nothing without it. */
  readonly own?: OwnStore;
  readonly solver: Solver;
  readonly log: Log;
  /** The organisation's own hotfixes; none without it. */
  readonly patches?: Patches;
  /** How files stand at the gate, which holds nothing without it. */
  readonly standings?: Standings | undefined;
}

/**
 * Solves a slice's requests on its platform against upstream. A request's solution does not depend on the others of its
 * slice, unless the allowlist wants the fewest versions: what they add to the pool is nothing that it could choose. A channel that cannot be read fails them all, not
 * the run. Emits `plan.solved` and `plan.unsolved`.
 */
export async function solveSlice(slice: PlanSlice, allowlist: Allowlist, world: SliceWorld): Promise<PartialPlan> {
  const { platform } = slice;
  const all = installRequests(allowlist);
  const placed = slice.requests.flatMap((place): Placed[] => (all[place] === undefined ? [] : [[place, all[place]]]));
  try {
    const alone = ownNamesAlone(world, allowlist);
    return await solveOn(platform, placed, allowlist, { ...passingAlone(alone), beforeGate: alone });
  } catch (error) {
    if (!(error instanceof GatehouseError)) throw error;
    const problems = [problemOf(error, platform)];
    const solved = placed.map(([request, { id }]) => ({
      request,
      outcomes: [failedOutcome(id, platform, error.message)],
    }));
    return {
      version: 1,
      platform,
      groups: [{ solved, chosen: [] }],
      problems,
      warnings: [],
      simple: { outcomes: placed.flatMap(([, request]) => failedForPip(request, platform, error.message)), files: [] },
      waiting: [],
      complete: false,
    };
  }
}

interface SolvingWorld extends SliceWorld {
  readonly beforeGate: SliceWorld;
}

async function solveOn(
  platform: Subdir,
  placed: readonly Placed[],
  allowlist: Allowlist,
  world: SolvingWorld,
): Promise<PartialPlan> {
  const { standings, beforeGate } = world;
  const { view, solve } = await openSolving(platform, allowlist, world);
  const parts: (GroupPart | MadePart)[] = [];
  let free: Promise<Solving> | undefined;
  const freely = () =>
    (free ??= openSolving(platform, allowlist, { ...beforeGate, standings: undefined, log: () => {} }));
  const causes = openCauses(platform, allowlist, world);
  for (const group of groupsOf(placed, allowlist)) {
    const part = await explainMissing(await solve(group), group, causes);
    const solveFreely = async (places: ReadonlySet<number>) =>
      (await freely()).solve(group.filter(([place]) => places.has(place)));
    parts.push(standings === undefined ? part : await explainHeld(part, { standings, solveFreely }));
  }
  const conflicts = await hiddenConflicts(
    parts.flatMap(({ group }) => group.chosen),
    view,
  );
  return {
    version: 1,
    platform,
    groups: parts.map(({ group }) => group),
    problems: [...parts.flatMap(({ problems }) => problems), ...conflicts.problems],
    warnings: [...parts.flatMap(({ warnings }) => warnings), ...conflicts.warnings],
    simple: {
      outcomes: parts.flatMap((part) => ('simple' in part ? part.simple.outcomes : [])),
      files: parts.flatMap((part) => ('simple' in part ? part.simple.files : [])),
    },
    waiting: parts.flatMap(({ waiting }) => waiting),
    complete: conflicts.complete && parts.every(({ complete }) => complete),
  };
}

/** What is asked of why nothing was found of something, with what the gate holds. */
function openCauses(
  platform: Subdir,
  allowlist: Allowlist,
  { beforeGate, patches = noPatches }: SolvingWorld,
): CauseWorld {
  const openSubdir = patchUpstream(beforeGate.openSubdir, patches);
  const { platforms } = allowlist;
  const virtualPackages = virtualPackagesFor(platform, allowlist.virtualPackages[platform]);
  const isOwn = (name: string) => isOwnPackage(name, allowlist);
  return {
    offers: openOffers(seenChannels(allowlist), { platforms, openSubdir }),
    platform,
    platforms,
    virtualPackages,
    isOwn,
  };
}

/** Requests that may choose from the same records share one pool. */
function groupsOf(placed: readonly Placed[], allowlist: Allowlist): Iterable<Placed[]> {
  const poolOf = ([place, request]: Placed) => {
    const { channels, specs, made } = request;
    const isOwn = asksForOwn(request, allowlist);
    return JSON.stringify([[...channels], narrowKey(specs), isOwn, ...(made ? [place] : [])]);
  };
  return Map.groupBy(placed, poolOf).values();
}

const asksForOwn = ({ specs }: InstallRequest, { reserved }: Allowlist): boolean =>
  specs.some(({ name }) => isReserved(name, reserved));

interface Solving {
  readonly view: UpstreamView;
  /** Solves requests that share a pool. */
  solve(group: readonly Placed[]): Promise<GroupPart | MadePart>;
}

/** Opens the channels for a platform, as they are with the organisation's own hotfixes. */
async function openSolving(
  platform: Subdir,
  allowlist: Allowlist,
  world: SliceWorld & { readonly beforeGate?: SliceWorld },
): Promise<Solving> {
  const openSubdir = patchUpstream(world.openSubdir, world.patches ?? noPatches);
  const view = await openView(seenChannels(allowlist), platform, { openSubdir });
  const virtualPackages = virtualPackagesFor(platform, allowlist.virtualPackages[platform]);
  const isOwn = (name: string) => isOwnPackage(name, allowlist);
  let opened: Promise<RequestView> | undefined;
  const ownView = () => (opened ??= openOwnView({ ...world, openSubdir, view, allowlist }));
  const solving = {
    ...world,
    openSubdir,
    python: allowlist.python,
    versions: allowlist.versions,
    virtualPackages,
    isOwn,
    view,
    ownView,
    allowlist,
  };
  return {
    view,
    async solve(group) {
      const [[place, request] = []] = group;
      if (place === undefined || request === undefined) throw new TypeError('a group has a request');
      const { made } = request;
      if (made !== undefined) return solveForBoth(place, { ...request, made }, solving);
      return solveGroup(group, asksForOwn(request, allowlist) ? await ownView() : view, solving);
    },
  };
}

const failedForPip = ({ id, made }: InstallRequest, subdir: Subdir, explanation: string) =>
  made === undefined ? [] : [nothingForPip({ id }, { subdir, pythonMinor: null }, 'failed', explanation)];
