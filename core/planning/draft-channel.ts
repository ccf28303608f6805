import type { Decision } from '../control.ts';
import type { Digests } from '../digest.ts';
import { hotfixIn, type Patches } from '../forms/hotfix/hotfix.ts';
import type { ChannelName } from '../layout.ts';
import type { PackageFileName } from '../package-file-name.ts';
import { type Artifact, artifactId } from '../plan.ts';
import type { Store } from '../ports/store.ts';
import type { Problem } from '../problem.ts';
import { cameFromUpstream, knownSha256s } from '../read-provenance.ts';
import { storedDigests } from '../stored-digests.ts';
import type { Subdir } from '../subdir.ts';
import type { Alteration } from './alteration.ts';
import type { ChannelState, SubdirState } from './channel-state.ts';
import { draftNeeded, patchedRecord } from './draft-needed.ts';
import { draftOther } from './draft-other.ts';
import type { LeavingWorld } from './leaving.ts';
import type { UpstreamNow } from './upstream-now.ts';

/** What a plan would do to a channel, before the alterations are proved. */
export interface ChannelDraft {
  readonly add: Artifact[];
  /** What the index gains, with its hotfix: these, and what the store has already but the index does not. */
  readonly appear: Artifact[];
  readonly decisions: Decided[];
  readonly alterations: Alteration[];
  readonly problems: Problem[];
}

export interface Decided {
  readonly subdir: Subdir;
  readonly filename: PackageFileName;
  readonly decision: Decision;
}

export interface DraftWorld {
  readonly store: Store;
  readonly channel: ChannelName;
  readonly state: ChannelState;
  readonly upstreamNow: UpstreamNow;
  readonly patches: Patches;
  readonly leaving: (subdir: Subdir) => LeavingWorld;
  /** False when the plan is partial: then nothing leaves. */
  readonly complete: boolean;
}

export async function draftChannel(artifacts: readonly Artifact[], world: DraftWorld): Promise<ChannelDraft> {
  const draft: ChannelDraft = { add: [], appear: [], decisions: [], alterations: [], problems: [] };
  for (const artifact of artifacts) await draftArtifact(artifact, world, draft);
  const needed = new Set(artifacts.map(artifactId));
  for (const [subdir, state] of world.state) {
    const others = [...state.packages.keys()].filter((filename) => !needed.has(`${subdir}/${filename}`));
    for (const filename of others) await draftStored({ subdir, filename }, world, draft);
  }
  return draft;
}

/** A stored package that is no artifact of the plan. */
async function draftStored(place: Place, world: DraftWorld, draft: ChannelDraft): Promise<void> {
  const state = world.state.get(place.subdir);
  const why = state?.control.packages[place.filename]?.why ?? (await unclaimed(place, world));
  if (state === undefined || why === null) return;
  const fetched = () => cameFromUpstream(world.store, { ...place, channel: world.channel });
  const { decision, alteration } = await draftOther({ ...place, why, fetched }, state, world);
  if (decision !== null) draft.decisions.push({ ...place, decision });
  if (alteration !== null) draft.alterations.push(alteration);
}

type Place = Pick<Artifact, 'subdir' | 'filename'>;

/** What an interrupted run left is needed by nobody yet; what a person copied in (null) never leaves by itself. */
async function unclaimed(place: Place, { store, channel }: DraftWorld): Promise<readonly string[] | null> {
  return (await cameFromUpstream(store, { ...place, channel })) ? [] : null;
}

async function draftArtifact(artifact: Artifact, world: DraftWorld, draft: ChannelDraft): Promise<void> {
  const state = world.state.get(artifact.subdir);
  if (state === undefined) return;
  const { subdir, filename } = artifact;
  const digests = await digestsOf(artifact, state, world.store);
  const entered = digests === null && (await hasEntered(artifact, world));
  const hotfix = hotfixIn(world.patches, subdir, filename);
  const next = draftNeeded(artifact, state, { digests, entered, hotfix, ...world.leaving(subdir) });
  if (next.add) draft.add.push(artifact);
  if (next.appears) draft.appear.push({ ...artifact, record: patchedRecord(artifact, hotfix) });
  if (next.alteration !== null) draft.alterations.push(next.alteration);
  if (next.problem !== null) draft.problems.push(next.problem);
  draft.decisions.push({ subdir, filename, decision: next.decision });
}

/** From the index, which was made from the bytes; from the store while it is not indexed yet. */
async function digestsOf({ filename }: Artifact, state: SubdirState, store: Store): Promise<Digests | null> {
  const listed = state.packages.get(filename);
  if (listed === undefined) return null;
  const { sha256, md5, size } = state.index.get(filename) ?? {};
  if (sha256 !== undefined && md5 !== undefined && size === listed.size) return { sha256, md5, size };
  const object = await store.get(listed.key);
  return object === null ? null : storedDigests(object);
}

async function hasEntered({ subdir, filename, sha256 }: Artifact, { store, channel }: DraftWorld): Promise<boolean> {
  const known = await knownSha256s(store, { channel, subdir, filename });
  return sha256 === null ? known.length > 0 : known.includes(sha256);
}
