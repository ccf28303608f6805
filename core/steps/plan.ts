import { type Allowlist, unsupportedEntries } from '../allowlist/parse-allowlist.ts';
import type { Log } from '../event.ts';
import { noPatches, type Patches } from '../forms/hotfix/patches.ts';
import type { ChannelName } from '../layout.ts';
import { bytesToAdd, type Plan } from '../plan.ts';
import { assemblePlan } from '../planning/assemble-plan.ts';
import { readChannelState } from '../planning/channel-state.ts';
import { draftChannel } from '../planning/draft-channel.ts';
import { entryClaims } from '../planning/entry-claims.ts';
import { type InstallRequest, installRequests } from '../planning/install-request.ts';
import { mergeArtifacts } from '../planning/merge-artifacts.ts';
import { patchUpstream } from '../planning/patch-upstream.ts';
import { type PlatformPlan, planPlatform } from '../planning/plan-platform.ts';
import { type OpenSubdir, rememberUpstream } from '../planning/remember-upstream.ts';
import { settleChannel } from '../planning/settle-channel.ts';
import { upstreamNow } from '../planning/upstream-now.ts';
import type { Clock } from '../ports/clock.ts';
import type { Solver } from '../ports/solver.ts';
import type { Store } from '../ports/store.ts';
import type { Subdir } from '../subdir.ts';
import { virtualPackagesFor } from '../virtual-packages.ts';

export interface PlanWorld {
  readonly channel: ChannelName;
  readonly store: Store;
  readonly solver: Solver;
  readonly clock: Clock;
  readonly log: Log;
  readonly openSubdir: OpenSubdir;
  /** Milliseconds a package stays in the index after its entry's solution moved on. */
  readonly retain: number;
  /** The organisation's own hotfixes; none without it. */
  readonly patches?: Patches;
}

/**
 * Works out all that an allowlist needs and how that differs from what the store has. Reads everything, then decides;
 * changes nothing. What cannot be read or does not solve is in the plan's `problems`, never thrown.
 */
export async function plan(allowlist: Allowlist, world: PlanWorld): Promise<Plan> {
  const requests = installRequests(allowlist);
  const { platforms, python } = allowlist;
  world.log({ type: 'plan.started', entries: requests.length, platforms });
  const openSubdir = rememberUpstream(world.openSubdir);
  const { patches = noPatches } = world;
  const solved = await solveAll(allowlist, requests, { ...world, openSubdir: patchUpstream(openSubdir, patches) });
  const { artifacts, outcomes, problems } = mergeArtifacts(solved.groups);
  const complete = solved.complete && outcomes.every(({ status }) => status !== 'failed');
  const state = await readChannelState(world.store, world.channel, platforms);
  const claims = entryClaims(requests, outcomes);
  const draft = await draftChannel(artifacts, {
    ...world,
    patches,
    state,
    complete,
    leaving: (subdir) => ({ now: world.clock.now(), retain: world.retain, claims: claims(subdir) }),
    upstreamNow: upstreamNow(allowlist.channels, openSubdir),
  });
  const virtualPackages = (platform: Subdir) => virtualPackagesFor(platform, allowlist.virtualPackages[platform]);
  const prove = { ...world, patches, python, virtualPackages, log: () => {} };
  const settled = await settleChannel(draft, { state, requests, world: prove });
  const all = [...unsupportedEntries(allowlist), ...solved.problems, ...problems];
  const planned = assemblePlan({ artifacts, outcomes, problems: all, complete, draft, settled, state });
  const { add, drop } = planned;
  world.log({ type: 'plan.ready', add: add.length, drop: drop.length, bytes: bytesToAdd(planned) });
  return planned;
}

async function solveAll(
  allowlist: Allowlist,
  requests: readonly InstallRequest[],
  world: PlanWorld,
): Promise<PlatformPlan> {
  const plans: PlatformPlan[] = [];
  for (const platform of allowlist.platforms) {
    const here = requests.filter(({ platforms }) => platforms.includes(platform));
    const virtualPackages = virtualPackagesFor(platform, allowlist.virtualPackages[platform]);
    plans.push(await planPlatform(platform, here, { ...world, ...allowlist, virtualPackages }));
  }
  return {
    groups: plans.flatMap(({ groups }) => groups),
    problems: plans.flatMap(({ problems }) => problems),
    complete: plans.every(({ complete }) => complete),
  };
}
