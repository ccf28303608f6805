import type { Allowlist } from '../documents/allowlist/parse-allowlist.ts';
import { noPatches, type Patches } from '../documents/patches/hotfix.ts';
import { artifactId } from '../documents/plan.ts';
import { GatehouseError } from '../problems/error.ts';
import { problemOf } from '../problems/problem.ts';
import { usableRecords } from './candidate-pool.ts';
import { type MadeCandidates, type MadeWorld, madeCandidates, type RequestMade } from './made-candidates.ts';
import type { InstallRequest } from './requests.ts';
import { type GroupPart, type GroupWorld, solveGroup } from './solve-group.ts';
import { failedOutcome } from './solve-request.ts';
import { patchRecords } from './upstream-subdirs.ts';
import type { UpstreamView } from './upstream-view.ts';

interface SolveMadeWorld extends GroupWorld, MadeWorld {
  readonly view: UpstreamView;
  readonly allowlist: Allowlist;
  /** The organisation's own hotfixes; none without it. */
  readonly patches?: Patches;
}

/**
 * Solves a PyPI entry on a platform: its package is one that can be made, whatever the channels have of that name, and all
 * else comes from the channels. An index that cannot be read fails the entry, not the run.
 */
export async function solveMade(
  place: number,
  request: InstallRequest & RequestMade,
  world: SolveMadeWorld,
): Promise<GroupPart> {
  const { view, patches = noPatches, log } = world;
  const candidates = await tryCandidates(request, world);
  if (!candidates.ok) {
    const { problem, isFailed } = candidates;
    const failed = failedOutcome(request.id, view.platform, problem.detail);
    const outcomes = [isFailed ? failed : { ...failed, status: 'unsolvable' as const }];
    log({ type: 'plan.unsolved', entry: request.id, platform: view.platform, explanation: problem.detail });
    const group = { solved: [{ request: place, outcomes }], chosen: [] };
    return { group, problems: [problem], warnings: [], complete: !isFailed };
  }
  const { usable, faults } = usableRecords(patchRecords(candidates.records, patches));
  const problems = faults.map(({ placed, fault }) => ({ ...fault, subject: artifactId(placed) }));
  const named: UpstreamView['named'] = async (name, only) =>
    name === request.made.name ? { records: usable, problems } : view.named(name, only);
  const part = await solveGroup([[place, request]], { platform: view.platform, named }, world);
  return { ...part, warnings: [...candidates.warnings] };
}

type TriedCandidates =
  | Extract<MadeCandidates, { ok: true }>
  /** `isFailed`: it says nothing about the entry. */
  | (Extract<MadeCandidates, { ok: false }> & { readonly isFailed: boolean });

async function tryCandidates(request: RequestMade, world: SolveMadeWorld): Promise<TriedCandidates> {
  try {
    const candidates = await madeCandidates(request, world.allowlist, world);
    return candidates.ok ? candidates : { ...candidates, isFailed: false };
  } catch (error) {
    if (!(error instanceof GatehouseError)) throw error;
    return { ok: false, problem: problemOf(error, request.id), isFailed: true };
  }
}
