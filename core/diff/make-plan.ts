import type { Allowlist } from '../documents/allowlist/parse-allowlist.ts';
import { idsToAdd } from '../documents/job.ts';
import type { PartialPlan } from '../documents/partial-plan.ts';
import { noPatches } from '../documents/patches/hotfix.ts';
import {
  type Artifact,
  artifactId,
  type EntryOutcome,
  fileBytesToAdd,
  isMade,
  type Overrides,
  type Plan,
  packageBytesToAdd,
  type Together,
} from '../documents/plan.ts';
import { advisoriesOf } from '../gate/judge/open-advice.ts';
import { canonicalJson } from '../json/json.ts';
import { noarch } from '../names/subdir.ts';
import type { DocumentCache } from '../ports/cache.ts';
import type { Clock } from '../ports/clock.ts';
import type { Problem } from '../problems/problem.ts';
import { fileOnPage } from '../releases/first-page.ts';
import type { Glance } from '../releases/glance.ts';
import { projectsWithState } from '../simple/projects-in.ts';
import { offeredNames } from '../solve/offered-names.ts';
import { ownNamesAlone } from '../solve/own-names.ts';
import { installRequests } from '../solve/requests.ts';
import { type MergedSlices, mergeSlices } from '../solve/slices/merge-slices.ts';
import type { SliceWorld } from '../solve/slices/solve-slice.ts';
import { solvedPythons } from '../solve/solve-request.ts';
import { inOneLine, unadvised, waiverWarnings } from '../solve/standing/gate-told.ts';
import type { PlanGate } from '../solve/standing/look-at.ts';
import { solveTogether } from '../solve/together/solve-together.ts';
import type { TryEnvironment } from '../solve/together/try-environment.ts';
import { upstreamNow } from '../solve/upstream-view.ts';
import type { ChannelStore } from '../store/list-packages.ts';
import type { ChannelChange, ChannelDraft, DraftWorld, PlacedOverride } from './change.ts';
import { type ChannelState, readChannelState, storedPackages } from './channel-state.ts';
import { draftSimple, type SimpleDraft } from './draft-simple.ts';
import { entryClaims } from './entry-claims.ts';
import { draftNeeded } from './needed.ts';
import { eachOnce, entriesLast, heldProblem, onAllPlatforms, outcomeProblems } from './plan-problems.ts';
import { type ProvenDraft, proveDraft } from './prove-changes.ts';
import { draftUnneeded } from './unneeded.ts';

export interface PlanWorld extends Omit<SliceWorld, 'standings'>, ChannelStore {
  /** Holds nothing without it. */
  readonly planGate?: PlanGate | undefined;
  readonly clock: Pick<Clock, 'now'>;
  /** Where solutions are kept for the next plan; each is solved anew without it. */
  readonly cache?: DocumentCache;
  /** Milliseconds a package stays in the index after its entry's solution moved on. */
  readonly retain: number;
  /** Looks whether an index offers what is the organisation's own; nobody does without it. */
  readonly glance?: Glance;
  /** Somebody reads the plan: what is asked of upstream to offer environments is asked for nobody else. */
  readonly offersEnvironments?: boolean;
  /** Whether other versions of entries that cannot be installed together would go together; nobody is asked without it. */
  readonly tryEnvironment?: TryEnvironment;
}

/**
 * The plan that solved slices make: what they install together, how that differs from what the store has, and which
 * changes to what is served break nothing. The same, byte for byte, in whatever order the parts came, and however the work was
 * cut, unless the allowlist wants the fewest versions. A request that no part tells of has failed, and so the plan is incomplete and removes nothing.
 */
export async function makePlan(allowlist: Allowlist, parts: readonly PartialPlan[], world: PlanWorld): Promise<Plan> {
  const { store, channel, solver, patches = noPatches, retain } = world;
  const merged = mergeSlices(allowlist, parts);
  const alone = ownNamesAlone(world, allowlist);
  const state = await readChannelState(store, channel, allowlist.platforms);
  const draft = await draftChannel(merged.artifacts, {
    store,
    channel,
    patches,
    retain,
    state,
    complete: merged.complete,
    now: world.clock.now(),
    claims: entryClaims(installRequests(allowlist), merged.outcomes),
    upstreamNow: upstreamNow(allowlist, alone),
    reserved: allowlist.reserved,
  });
  const proven = await proveDraft(draft, { allowlist, store, channel, patches, solver, state });
  const forPip = await draftSimple(merged.simple, {
    store,
    retain,
    complete: merged.complete,
    now: world.clock.now(),
    claims: entryClaims(installRequests(allowlist), merged.simple.outcomes)(noarch),
    entries: allowlist.entries,
    reserved: allowlist.reserved,
    upstreamFile: (project, fileName) => fileOnPage(allowlist.indexes, { project, fileName }, alone.pythonIndexes),
  });
  const offered = await offeredNames(allowlist, { ...world, projects: await projectsWithState(store) });
  const told = [...offered, ...unadvised(merged.waiting), ...waiverWarnings(allowlist, world.clock.now())];
  const isUnadvised = advisoriesOf(allowlist) === 'none';
  const together = await solveTogether(allowlist, { ...merged, apart: pythonsApart(merged.outcomes) }, world);
  const plan = assemble(merged, draft, proven, { state, forPip, told, isUnadvised, together });
  const drop = plan.drop.length + plan.simple.drop.length;
  const bytes = packageBytesToAdd(plan) + fileBytesToAdd(plan.simple);
  const unmade = isMade(plan) ? {} : { unmade: true as const };
  world.log({ type: 'plan.ready', add: idsToAdd(plan).length, drop, bytes, ...unmade });
  return plan;
}

/** Compares all that a plan needs, and all else that the store has, with the channel as it is. */
async function draftChannel(artifacts: readonly Artifact[], world: DraftWorld): Promise<ChannelDraft> {
  const draft: ChannelDraft = { add: [], appear: [], overrides: [], changes: [], problems: [] };
  for (const artifact of artifacts) await addNeeded(artifact, world, draft);
  const needed = new Set(artifacts.map(artifactId));
  for (const [place, state] of storedPackages(world.state)) {
    if (needed.has(artifactId(place))) continue;
    const { override, change } = await draftUnneeded(place, state, world);
    if (override !== null) draft.overrides.push({ ...place, override });
    if (change !== null) draft.changes.push(change);
  }
  return draft;
}

async function addNeeded(artifact: Artifact, world: DraftWorld, draft: ChannelDraft): Promise<void> {
  const { subdir, filename } = artifact;
  const state = world.state.get(subdir);
  if (state === undefined) return;
  const next = await draftNeeded(artifact, state, world);
  if (next.add) draft.add.push(artifact);
  if (next.appears !== null) draft.appear.push({ subdir, filename, record: next.appears });
  if (next.change !== null) draft.changes.push(next.change);
  if (next.problem !== null) draft.problems.push(next.problem);
  draft.overrides.push({ subdir, filename, override: next.override });
}

interface Compared {
  readonly state: ChannelState;
  readonly forPip: SimpleDraft;
  /** Who offers what is the organisation's own, and what ends. */
  readonly told: readonly Problem[];
  /** Whether nobody looks for advisories. */
  readonly isUnadvised: boolean;
  readonly together: Together;
}

function assemble(
  merged: MergedSlices,
  draft: ChannelDraft,
  proven: ProvenDraft,
  { state, forPip, told, isUnadvised, together }: Compared,
): Plan {
  const { artifacts, outcomes, problems, warnings, complete } = merged;
  const held = new Set(proven.held.map(({ change }) => artifactId(change)));
  const add = draft.add.map(artifactId).filter((id) => !held.has(id));
  const idsOf = (kind: ChannelChange['kind']): string[] =>
    proven.accepted
      .filter((change) => change.kind === kind)
      .map(artifactId)
      .sort();
  // What came under a name that is reserved now waits for no fetch.
  const { forced = [], others = [] } = Object.groupBy(proven.accepted, (one) => (one.isForced ? 'forced' : 'others'));
  const seconds = new Set(idsOf('second-format'));
  const own = outcomeProblems(outcomes, new Set([...problems, ...warnings].map(({ detail }) => detail)));
  const found = [
    ...entriesLast(problems),
    ...own,
    ...draft.problems,
    ...forPip.problems,
    ...proven.held.map(heldProblem),
  ];
  return {
    version: 1,
    artifacts: [...artifacts],
    add,
    change: idsOf('change'),
    drop: idsOf('drop'),
    hotfix: idsOf('hotfix'),
    second: add.filter((id) => seconds.has(id)),
    entries: [...outcomes],
    apart: pythonsApart(outcomes),
    ...((together.apart.length > 0 || together.more) && { together }),
    problems: onAllPlatforms(found),
    warnings: inOneLine(eachOnce([...warnings, ...told])),
    waiting: [...merged.waiting],
    ...(isUnadvised && { advisories: 'none' as const }),
    complete,
    decisions: newOverrides([...draft.overrides, ...proven.overrides, ...forced], state),
    alterations: newOverrides(others, state),
    simple: forPip.simple,
  };
}

/** Pairs of entries that each solve on a platform, but share no python of those the allowlist lists. */
function pythonsApart(outcomes: readonly EntryOutcome[]): Plan['apart'] {
  const apart: Plan['apart'] = [];
  for (const [platform, here] of Map.groupBy(outcomes, (outcome) => outcome.platform)) {
    const entries = [...Map.groupBy(here, ({ entry }) => entry)];
    const choosy = entries
      .map(([entry, own]) => ({ entry, pythons: new Set(solvedPythons(own)) }))
      .filter(({ pythons }) => pythons.size > 0);
    for (const [i, one] of choosy.entries()) {
      const others = choosy.slice(i + 1).filter((other) => one.pythons.isDisjointFrom(other.pythons));
      for (const other of others) apart.push({ platform, entries: [one.entry, other.entry] });
    }
  }
  return apart;
}

/** Only what differs from what control says already: a run that changes nothing writes nothing. */
function newOverrides(drafted: readonly (PlacedOverride | ChannelChange)[], state: ChannelState): Overrides {
  const overrides: Overrides = {};
  for (const { subdir, filename, override } of drafted) {
    const before = state.get(subdir)?.control.packages[filename];
    if (override === null || canonicalJson(override) === canonicalJson(before ?? null)) continue;
    const own = overrides[subdir] ?? {};
    own[filename] = override;
    overrides[subdir] = own;
  }
  return overrides;
}
