import type { Allowlist } from '../allowlist/parse-allowlist.ts';
import { unsupportedEntries } from '../allowlist/read-entries.ts';
import { noPatches } from '../forms/hotfix/hotfix.ts';
import { compareCodePoints } from '../json.ts';
import type { ChannelName } from '../layout.ts';
import { artifactId, bytesToAdd, type Plan } from '../plan.ts';
import type { Clock } from '../ports/clock.ts';
import type { Store } from '../ports/store.ts';
import type { Problem } from '../problem.ts';
import type { Subdir } from '../subdir.ts';
import { virtualPackagesFor } from '../virtual-packages.ts';
import { assemblePlan } from './assemble-plan.ts';
import { readChannelState } from './channel-state.ts';
import { draftChannel } from './draft-channel.ts';
import { entryClaims } from './entry-claims.ts';
import { type InstallRequest, installRequests } from './install-request.ts';
import { mergeArtifacts, type Sourced } from './merge-artifacts.ts';
import type { PartialPlan } from './partial-plan.ts';
import { settleChannel } from './settle-channel.ts';
import { failed, type SolveWorld } from './solve-slice.ts';
import { upstreamNow } from './upstream-now.ts';

export interface ConcludeWorld extends SolveWorld {
  readonly channel: ChannelName;
  readonly store: Store;
  readonly clock: Pick<Clock, 'now'>;
  /** Milliseconds a package stays in the index after its entry's solution moved on. */
  readonly retain: number;
}

/**
 * The plan that parts make: the same, byte for byte, however the work was cut and in whatever order the parts came.
 * Requests that no part tells of have failed, and so the plan is incomplete and removes nothing.
 */
export async function concludeSlices(
  allowlist: Allowlist,
  parts: readonly PartialPlan[],
  world: ConcludeWorld,
): Promise<Plan> {
  const requests = installRequests(allowlist);
  const { platforms, python } = allowlist;
  const { artifacts, outcomes, problems } = mergeArtifacts(inOrder(allowlist, requests, parts));
  const complete = parts.every((part) => part.complete) && outcomes.every(({ status }) => status !== 'failed');
  const state = await readChannelState(world.store, world.channel, platforms);
  const claims = entryClaims(requests, outcomes);
  const { patches = noPatches } = world;
  const draft = await draftChannel(artifacts, {
    ...world,
    patches,
    state,
    complete,
    leaving: (subdir) => ({ now: world.clock.now(), retain: world.retain, claims: claims(subdir) }),
    upstreamNow: upstreamNow(allowlist.channels, world.openSubdir, world.solver),
  });
  const virtualPackages = (platform: Subdir) => virtualPackagesFor(platform, allowlist.virtualPackages[platform]);
  const prove = { ...world, patches, python, virtualPackages, log: () => {} };
  const settled = await settleChannel(draft, { state, requests, world: prove });
  const found = [...parts.flatMap((part) => part.problems), ...problems].sort(byText);
  const all = [...unsupportedEntries(allowlist), ...found];
  const planned = assemblePlan({ artifacts, outcomes, problems: all, complete, draft, settled, state });
  const { add, drop } = planned;
  world.log({ type: 'plan.ready', add: add.length, drop: drop.length, bytes: bytesToAdd(planned) });
  return planned;
}

/** Names are read in another order where the work was cut elsewhere. */
const byText = (a: Problem, b: Problem): number => compareCodePoints(textOf(a), textOf(b));
const textOf = ({ code, subject, detail }: Problem): string => [code, subject, detail].join('\n');

/** Every request's outcomes, platform by platform in the allowlist's order. */
function inOrder(
  { platforms }: Allowlist,
  requests: readonly InstallRequest[],
  parts: readonly PartialPlan[],
): Sourced[] {
  return platforms.flatMap((platform) => {
    const byPlace = sourcedByPlace(parts.filter((part) => part.platform === platform));
    return requests.flatMap((request, place) => {
      if (!request.platforms.includes(platform)) return [];
      return byPlace.get(place) ?? unsolved(place, { entry: request.id, platform });
    });
  });
}

function sourcedByPlace(parts: readonly PartialPlan[]): Map<number, Sourced[]> {
  const byPlace = new Map<number, Sourced[]>();
  for (const { solved, chosen } of parts.flatMap(({ groups }) => groups)) {
    const records = new Map(chosen.map((record) => [artifactId(record), record]));
    for (const { request, outcomes } of solved) {
      byPlace.set(
        request,
        outcomes.map((outcome) => ({ outcome, records })),
      );
    }
  }
  return byPlace;
}

function unsolved(place: number, request: { readonly entry: string; readonly platform: Subdir }): Sourced[] {
  const { outcomes } = failed(place, { ...request, reason: 'was not worked out in time' });
  return outcomes.map((outcome) => ({ outcome, records: new Map() }));
}
