import type { Decision } from '../control.ts';
import type { Digests } from '../digest.ts';
import { packageFileNameSchema, packageFileParts } from '../package-file-name.ts';
import { type Artifact, artifactId } from '../plan.ts';
import type { Problem } from '../problem.ts';
import type { Alteration } from './alteration.ts';
import type { SubdirState } from './channel-state.ts';
import { draftChange } from './draft-change.ts';

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
}

/**
 * Compares an artifact with what the store has. Other bytes under a known name are an alarm and change nothing
 * (security.md A2).
 */
export function draftNeeded(artifact: Artifact, { index, control }: SubdirState, { digests, entered }: Stored): Draft {
  const { subdir, filename, why, record } = artifact;
  if (digests === null) {
    const alteration = index.has(twinOf(artifact)) ? { ...second, subdir, filename, record } : null;
    const decision = entered ? { why, record } : { why };
    return { add: true, appears: true, decision, alteration, problem: null };
  }
  const before = control.packages[filename]?.record;
  const kept = { why, ...(before === undefined ? {} : { record: before }) };
  const known = index.get(filename);
  if (!sameBytes(artifact, digests))
    return { add: false, appears: false, decision: kept, alteration: null, problem: mutated(artifact) };
  if (known === undefined)
    return { add: false, appears: true, decision: { why, record }, alteration: null, problem: null };
  return { add: false, appears: false, decision: kept, alteration: draftChange(artifact, known, kept), problem: null };
}

const second = { kind: 'second-format', reason: 'hides the other format of its stem', decision: null } as const;

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
