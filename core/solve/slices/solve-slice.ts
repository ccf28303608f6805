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
import { type GroupPart, type Placed, solveGroup } from '../solve-group.ts';
import { failedOutcome } from '../solve-request.ts';
import { type OpenSubdir, patchUpstream } from '../upstream-subdirs.ts';
import { openView, type UpstreamView } from '../upstream-view.ts';
import { virtualPackagesFor } from '../virtual-packages.ts';
import { hiddenConflicts } from './hidden-conflicts.ts';
import { openOwnView, type RequestView } from './own-view.ts';
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
}

/**
 * Solves a slice's requests on its platform against upstream. A request's solution does not depend on the others of its
 * slice: what they add to the pool is nothing that it could choose. A channel that cannot be read fails them all, not
 * the run. Emits `plan.solved` and `plan.unsolved`.
 */
export async function solveSlice(slice: PlanSlice, allowlist: Allowlist, world: SliceWorld): Promise<PartialPlan> {
  const { platform } = slice;
  const all = installRequests(allowlist);
  const placed = slice.requests.flatMap((place): Placed[] => (all[place] === undefined ? [] : [[place, all[place]]]));
  try {
    const alone = ownNamesAlone(world, allowlist);
    const openSubdir = patchUpstream(alone.openSubdir, world.patches ?? noPatches);
    const view = await openView(seenChannels(allowlist), platform, { openSubdir });
    return await solveOn(view, placed, allowlist, { ...alone, openSubdir });
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

async function solveOn(
  view: UpstreamView,
  placed: readonly Placed[],
  allowlist: Allowlist,
  world: SliceWorld,
): Promise<PartialPlan> {
  const { platform } = view;
  const virtualPackages = virtualPackagesFor(platform, allowlist.virtualPackages[platform]);
  const { solver, log } = world;
  const isOwn = (name: string) => isOwnPackage(name, allowlist);
  const groupWorld = { solver, log, python: allowlist.python, virtualPackages, isOwn };
  const parts: (GroupPart | MadePart)[] = [];
  let opened: Promise<RequestView> | undefined;
  const ownView = () => (opened ??= openOwnView({ ...world, view, allowlist }));
  const asksForOwn = ({ specs }: InstallRequest) => specs.some(({ name }) => isReserved(name, allowlist.reserved));
  // Requests that may choose from the same records share one pool.
  const poolOf = ([place, request]: Placed) => {
    const { channels, specs, made } = request;
    return JSON.stringify([[...channels], narrowKey(specs), asksForOwn(request), ...(made ? [place] : [])]);
  };
  for (const group of Map.groupBy(placed, poolOf).values()) {
    const [first] = group;
    if (first === undefined) continue;
    const [place, request] = first;
    const { made } = request;
    const seen = made === undefined && asksForOwn(request) ? await ownView() : view;
    if (made === undefined) parts.push(await solveGroup(group, seen, groupWorld));
    else
      parts.push(
        await solveForBoth(place, { ...request, made }, { ...world, ...groupWorld, view, ownView, allowlist }),
      );
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
    waiting: [],
    complete: conflicts.complete && parts.every(({ complete }) => complete),
  };
}

const failedForPip = ({ id, made }: InstallRequest, subdir: Subdir, explanation: string) =>
  made === undefined ? [] : [nothingForPip({ id }, { subdir, pythonMinor: null }, 'failed', explanation)];
