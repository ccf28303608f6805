import type { Override } from '../documents/control.ts';
import { applyHotfix, type Hotfix, hotfixIn } from '../documents/patches/hotfix.ts';
import { type Artifact, artifactId } from '../documents/plan.ts';
import { knownSha256s, wasMadeOf } from '../documents/provenance.ts';
import { ownWord } from '../documents/published/published.ts';
import { thisStore } from '../documents/published/this-store.ts';
import type { Digests } from '../names/digest.ts';
import type { Store } from '../ports/store.ts';
import type { Problem } from '../problems/problem.ts';
import { otherFormat } from '../record/other-format.ts';
import { type RepodataRecord, sameDigests } from '../record/record.ts';
import { storedDigests } from '../store/stored-digests.ts';
import { type ChannelChange, type DraftWorld, upstreamChange } from './change.ts';
import type { SubdirState } from './channel-state.ts';

/** What is to be done about one artifact of the plan. */
export interface NeededDraft {
  readonly add: boolean;
  /**
   * The record that the index gains: of a package that is added, back from withdrawal, or left by a run that was cut
   * off. Null when the index has the package, or must not get it.
   */
  readonly appears: RepodataRecord | null;
  /** What control is to say whatever becomes of the change. */
  readonly override: Override;
  readonly change: ChannelChange | null;
  readonly problem: Problem | null;
}

/** Compares an artifact with what the store has. Other bytes under a known name are an alarm and change nothing. */
export async function draftNeeded(artifact: Artifact, state: SubdirState, world: DraftWorld): Promise<NeededDraft> {
  const before = state.control.packages[artifact.filename];
  const hotfix = hotfixIn(world.patches, artifact.subdir, artifact.filename);
  const claims = world.claims(artifact.subdir);
  // An entry that did not solve this time claims what it brought before.
  const isClaiming = (id: string) => !artifact.why.includes(id) && claims.covers(id) && !claims.solved(id);
  const why = [...artifact.why, ...(before?.why ?? []).filter(isClaiming)];
  const digests = await digestsOf(artifact, state, world.store);
  const yank = before?.yank;
  const isOwn = artifact.channel === thisStore;
  if (digests === null && yank === undefined && !isOwn)
    return draftAbsent(artifact, state, { why, hotfix, entered: await hasEntered(artifact, world) });
  const kept = {
    why,
    ...(before?.record && { record: before.record }),
    ...(before?.hotfix && { hotfix: before.hotfix }),
    ...ownWord(before ?? {}),
  };
  const quiet = { add: false, appears: null, override: kept, change: null, problem: null };
  const problem = digests === null ? lost(artifact) : await otherBytes(artifact, digests, world);
  if (problem !== null) return { ...quiet, problem };
  // What the organisation took back no plan brings back.
  if (yank !== undefined) return quiet;
  const known = state.index.get(artifact.filename);
  if (known === undefined) return draftUnindexed(artifact, state, { why, hotfix, now: world.now });
  return { ...quiet, change: upstreamChange(artifact, known, kept) };
}

async function otherBytes(artifact: Artifact, digests: Digests, world: DraftWorld): Promise<Problem | null> {
  if (await isThese(artifact, digests, world)) return null;
  const detail = `A2.mutated: ${artifact.url} now has other bytes than the store holds under this name; nothing was changed`;
  return { code: 'fetch.mutated', subject: artifactId(artifact), detail };
}

/** Nobody can fetch what is the organisation's own: its index tells of what is there no longer. */
function lost(artifact: Artifact): Problem | null {
  if (artifact.channel !== thisStore) return null;
  const detail = 'the index lists it, and its bytes are not in the store';
  const hint = 'put it back, or publish the same file again; or run gatehouse index, and publish another version';
  return { code: 'plan.unpublished', subject: artifactId(artifact), detail, hint };
}

/** From the index, which was made from the bytes; from the store while the package is not indexed yet. */
async function digestsOf({ filename }: Artifact, state: SubdirState, store: Store): Promise<Digests | null> {
  const listed = state.packages.get(filename);
  if (listed === undefined) return null;
  const { sha256, md5, size } = state.index.get(filename) ?? {};
  if (sha256 !== undefined && md5 !== undefined && size === listed.size) return { sha256, md5, size };
  const object = await store.get(listed.key);
  return object === null ? null : storedDigests(object);
}

/** Whether the bytes of the store are the artifact's: by their digests, or made of the file that it is made of. */
async function isThese(artifact: Artifact, digests: Digests, { store, channel }: DraftWorld): Promise<boolean> {
  const { made, ...place } = { ...artifact, channel };
  return made === undefined ? sameDigests(artifact, digests) : wasMadeOf(store, place, digests.sha256, made.sha256);
}

/** Whether these very bytes entered once: their provenance then keeps the record of that time. */
async function hasEntered({ subdir, filename, sha256 }: Artifact, { store, channel }: DraftWorld): Promise<boolean> {
  const known = await knownSha256s(store, { channel, subdir, filename });
  return sha256 === null ? known.length > 0 : known.includes(sha256);
}

interface Missing {
  readonly why: string[];
  readonly hotfix: Hotfix | null;
}

function draftAbsent(
  artifact: Artifact,
  { index }: SubdirState,
  { why, hotfix, entered }: Missing & { readonly entered: boolean },
): NeededDraft {
  const record = patchedRecord(artifact, hotfix);
  const override = { why, ...(entered && { record: artifact.record }), ...(hotfix && { hotfix }) };
  const hides = index.has(otherFormat(artifact.filename));
  const change = hides ? { ...second, ...placeOf(artifact), record, override: null } : null;
  return { add: true, appears: record, override, change, problem: null };
}

/** A stored package that no index lists: it appears now, but as the second format of a stem only once that is proved. */
function draftUnindexed(
  artifact: Artifact,
  { index, control }: SubdirState,
  { why, hotfix, now }: Missing & { readonly now: number },
): NeededDraft {
  const record = patchedRecord(artifact, hotfix);
  const listed = { why, record: artifact.record, ...(hotfix && { hotfix }) };
  const quiet = { add: false, appears: record, problem: null };
  if (!index.has(otherFormat(artifact.filename))) return { ...quiet, override: listed, change: null };
  const change = { ...second, ...placeOf(artifact), record, override: listed };
  const { withdrawn } = control.packages[artifact.filename] ?? {};
  // It is held back at every sync from now on: only the first one writes.
  const held = withdrawn?.reason === second.reason ? withdrawn : { at: now, reason: second.reason };
  return { ...quiet, override: { ...listed, withdrawn: held }, change };
}

/** The record as clients will see it; the same when its hotfix takes it out, since then no solution holds it. */
const patchedRecord = ({ record }: Artifact, hotfix: Hotfix | null): RepodataRecord =>
  (hotfix && applyHotfix(record, hotfix)) ?? record;

const placeOf = ({ subdir, filename }: Artifact) => ({ subdir, filename });

const second = { kind: 'second-format', reason: 'hides the other format of its stem' } as const;
