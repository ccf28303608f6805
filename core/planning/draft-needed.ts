import type { Decision } from '../control.ts';
import type { Digests } from '../digest.ts';
import { applyHotfix, type Hotfix } from '../forms/hotfix/hotfix.ts';
import { packageFileNameSchema, packageFileParts } from '../package-file-name.ts';
import { type Artifact, artifactId } from '../plan.ts';
import type { Problem } from '../problem.ts';
import type { RepodataRecord } from '../record.ts';
import type { Alteration } from './alteration.ts';
import type { SubdirState } from './channel-state.ts';
import { draftChange } from './draft-change.ts';
import type { EntryClaims } from './entry-claims.ts';

/** What is to be done about one artifact of the plan. */
export interface Draft {
  readonly add: boolean;
  /** Whether it is to be in the index and is not yet: added, back from withdrawal, or left by a run that was cut off. */
  readonly appears: boolean;
  /** What control is to say whatever becomes of the alteration. */
  readonly decision: Decision;
  readonly alteration: Alteration | null;
  readonly problem: Problem | null;
}

/** What the store has of an artifact. */
export interface Stored {
  /** Of the package; null when there is none. */
  readonly digests: Digests | null;
  /** These very bytes entered once: their provenance keeps the record of that time. */
  readonly entered: boolean;
  /** What the organisation's instructions say of it: what is new to the index comes in with it. */
  readonly hotfix: Hotfix | null;
  /** Milliseconds since the epoch. */
  readonly now: number;
  readonly claims: EntryClaims;
}

/**
 * Compares an artifact with what the store has. Other bytes under a known name are an alarm and change nothing
 * (security.md A2).
 */
export function draftNeeded(artifact: Artifact, state: SubdirState, stored: Stored): Draft {
  const before = state.control.packages[artifact.filename];
  const why = stillClaimed(artifact.why, before?.why ?? [], stored.claims);
  if (stored.digests === null) return draftAbsent(artifact, state, { ...stored, why });
  const { record, hotfix } = before ?? {};
  const decision = { why, ...(record && { record }), ...(hotfix && { hotfix }) };
  const quiet = { add: false, appears: false, decision, alteration: null, problem: null };
  if (!sameBytes(artifact, stored.digests)) return { ...quiet, problem: mutated(artifact) };
  const known = state.index.get(artifact.filename);
  if (known === undefined) return draftUnindexed(artifact, state, { ...stored, why });
  return { ...quiet, alteration: draftChange(artifact, known, decision) };
}

type Claimed = Stored & { readonly why: string[] };

function draftAbsent(artifact: Artifact, { index }: SubdirState, { entered, why, hotfix }: Claimed): Draft {
  const record = patchedRecord(artifact, hotfix);
  const alteration = index.has(twinOf(artifact)) ? { ...second, ...placeOf(artifact), record, decision: null } : null;
  const decision = { why, ...(entered && { record: artifact.record }), ...(hotfix && { hotfix }) };
  return { add: true, appears: true, decision, alteration, problem: null };
}

/** A package that no index lists: it appears now, but as the second format of a stem only once that is proved. */
function draftUnindexed(artifact: Artifact, { index, control }: SubdirState, { now, why, hotfix }: Claimed): Draft {
  const record = patchedRecord(artifact, hotfix);
  const listed = { why, record: artifact.record, ...(hotfix && { hotfix }) };
  const quiet = { add: false, appears: true, problem: null };
  if (!index.has(twinOf(artifact))) return { ...quiet, decision: listed, alteration: null };
  const alteration = { ...second, ...placeOf(artifact), record, decision: listed };
  const { withdrawn } = control.packages[artifact.filename] ?? {};
  // Held at every sync from now on: only the first one writes.
  const held = withdrawn?.reason === second.reason ? withdrawn : { at: now, reason: second.reason };
  return { ...quiet, decision: { ...listed, withdrawn: held }, alteration };
}

/** The record as clients will see it; the same when its hotfix takes it out, since then no solution holds it. */
export const patchedRecord = ({ record }: Artifact, hotfix: Hotfix | null): RepodataRecord =>
  (hotfix && applyHotfix(record, hotfix)) ?? record;

const placeOf = ({ subdir, filename }: Artifact) => ({ subdir, filename });

const second = { kind: 'second-format', reason: 'hides the other format of its stem' } as const;

/** An entry that did not solve this time claims what it brought before. */
function stillClaimed(why: readonly string[], before: readonly string[], claims: EntryClaims): string[] {
  const claiming = before.filter((id) => !why.includes(id) && claims.covers(id) && !claims.solved(id));
  return [...why, ...claiming];
}

function twinOf({ filename }: Artifact) {
  const { stem, format } = packageFileParts(filename);
  return packageFileNameSchema.parse(format === '.conda' ? `${stem}.tar.bz2` : `${stem}.conda`);
}

/** Upstream's sha256 decides; without one md5 and size must both agree. */
function sameBytes({ sha256, md5, size }: Artifact, digests: Digests): boolean {
  if (sha256 !== null) return sha256 === digests.sha256;
  return md5 === digests.md5 && size === digests.size;
}

function mutated(artifact: Artifact): Problem {
  const detail = `${artifact.url} now has other bytes than the store holds under this name; nothing was changed`;
  return { code: 'fetch.mutated', subject: artifactId(artifact), detail };
}
