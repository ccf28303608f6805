import type { Decision } from '../control.ts';
import type { PackageFileName } from '../package-file-name.ts';
import { artifactId, type EntryOutcome } from '../plan.ts';
import type { RepodataRecord } from '../record.ts';
import type { Subdir } from '../subdir.ts';
import type { Alteration } from './alteration.ts';
import type { ChannelState } from './channel-state.ts';
import type { ChannelDraft, Decided } from './draft-channel.ts';
import { draftHotfixes, type HotfixWorld } from './draft-hotfixes.ts';
import { byEntryAndPlatform, holds } from './entry-outcome.ts';
import type { InstallRequest } from './install-request.ts';
import { type ProveWorld, proveRequests } from './prove-requests.ts';
import { type Settled, settleAlterations } from './settle-alterations.ts';

type Records = Map<Subdir, Map<PackageFileName, RepodataRecord>>;

export interface SettledChannel extends Settled {
  /** Hotfixes that change nothing that clients see now. */
  readonly decisions: readonly Decided[];
}

interface Scene {
  readonly state: ChannelState;
  readonly requests: readonly InstallRequest[];
  readonly world: ProveWorld & Pick<HotfixWorld, 'store' | 'channel' | 'patches'>;
}

/**
 * Proves a draft's alterations on the channel as it would be with everything that appears in it (design decision 11),
 * and then the organisation's hotfixes on what comes of that: one that is held keeps nothing else back.
 */
export async function settleChannel(draft: ChannelDraft, scene: Scene): Promise<SettledChannel> {
  const first = await settle(draft, scene, { alterations: draft.alterations, given: [] });
  const hotfixes = await draftHotfixes({
    ...scene.world,
    state: scene.state,
    decisionOf: decisions(draft, first.accepted, scene.state),
    shown: proposed(scene.state, draft, first.accepted),
  });
  const second = await settle(draft, scene, { alterations: hotfixes.alterations, given: first.accepted });
  return {
    accepted: [...first.accepted, ...second.accepted],
    held: [...first.held, ...second.held],
    decisions: hotfixes.decisions,
  };
}

/** What control will say of a package by the plan so far. */
function decisions(
  draft: ChannelDraft,
  accepted: readonly Alteration[],
  state: ChannelState,
): HotfixWorld['decisionOf'] {
  const decided = new Map<string, Decision>();
  for (const { decision, ...place } of [...draft.decisions, ...accepted]) {
    if (decision !== null) decided.set(artifactId(place), decision);
  }
  return (subdir, filename) =>
    decided.get(artifactId({ subdir, filename })) ?? state.get(subdir)?.control.packages[filename] ?? {};
}

/** Accepts what breaks nothing that holds with the alterations given. */
async function settle(
  draft: ChannelDraft,
  { state, requests, world }: Scene,
  { alterations, given }: { readonly alterations: readonly Alteration[]; readonly given: readonly Alteration[] },
): Promise<Settled> {
  if (alterations.length === 0) return { accepted: [], held: [] };
  const prove = async (some: readonly Alteration[]) =>
    proveRequests(requests, proposed(state, draft, [...given, ...some]), world);
  let before: Promise<Set<string>> | undefined;
  const heldBefore = () => {
    before ??= prove([]).then(holding);
    return before;
  };
  return settleAlterations(alterations, async (some) => {
    const failing = byEntryAndPlatform(await prove(some)).filter((group) => !holds(group));
    if (failing.length === 0) return [];
    const held = await heldBefore();
    return failing.map(label).filter((entry) => held.has(entry));
  });
}

const label = ([first]: readonly EntryOutcome[]): string => `${first?.entry} on ${first?.platform}`;

/** A solve that failed says nothing about its entry, which counts as installable: fail closed. */
function holding(outcomes: readonly EntryOutcome[]): Set<string> {
  const may = (group: readonly EntryOutcome[]) => holds(group) || group.some(({ status }) => status === 'failed');
  return new Set(byEntryAndPlatform(outcomes).filter(may).map(label));
}

/** The channel's records after these alterations; a second format not among them is not added either. */
function proposed(
  state: ChannelState,
  { appear, alterations: all }: ChannelDraft,
  alterations: readonly Alteration[],
): Records {
  const records: Records = new Map([...state].map(([subdir, { index }]) => [subdir, new Map(index)]));
  const altering = new Set(all.map(artifactId));
  for (const artifact of appear) {
    if (!altering.has(artifactId(artifact))) records.get(artifact.subdir)?.set(artifact.filename, artifact.record);
  }
  for (const { subdir, filename, record } of alterations) {
    if (record === null) records.get(subdir)?.delete(filename);
    else records.get(subdir)?.set(filename, record);
  }
  return records;
}
