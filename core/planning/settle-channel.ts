import type { PackageFileName } from '../package-file-name.ts';
import { artifactId, type EntryOutcome } from '../plan.ts';
import type { RepodataRecord } from '../record.ts';
import type { Subdir } from '../subdir.ts';
import type { Alteration } from './alteration.ts';
import type { ChannelState } from './channel-state.ts';
import type { ChannelDraft } from './draft-channel.ts';
import { byEntryAndPlatform, holds } from './entry-outcome.ts';
import type { InstallRequest } from './install-request.ts';
import { type ProveWorld, proveRequests } from './prove-requests.ts';
import { type Settled, settleAlterations } from './settle-alterations.ts';

type Records = Map<Subdir, Map<PackageFileName, RepodataRecord>>;

/** Proves a draft's alterations on the channel as it would be with everything that appears in it (design decision 11). */
export async function settleChannel(
  draft: ChannelDraft,
  { state, requests, world }: { state: ChannelState; requests: readonly InstallRequest[]; world: ProveWorld },
): Promise<Settled> {
  if (draft.alterations.length === 0) return { accepted: [], held: [] };
  const prove = async (alterations: readonly Alteration[]) =>
    proveRequests(requests, proposed(state, draft, alterations), world);
  let before: Promise<Set<string>> | undefined;
  const heldBefore = () => {
    before ??= prove([]).then(holding);
    return before;
  };
  return settleAlterations(draft.alterations, async (alterations) => {
    const failing = byEntryAndPlatform(await prove(alterations)).filter((group) => !holds(group));
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
