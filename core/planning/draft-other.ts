import type { Decision } from '../control.ts';
import type { PackageFileName } from '../package-file-name.ts';
import type { RepodataRecord } from '../record.ts';
import type { Subdir } from '../subdir.ts';
import type { Alteration } from './alteration.ts';
import type { SubdirState } from './channel-state.ts';
import { draftChange } from './draft-change.ts';
import { type LeavingWorld, leaving } from './leaving.ts';
import type { UpstreamNow } from './upstream-now.ts';

interface Other {
  readonly subdir: Subdir;
  readonly filename: PackageFileName;
  /** The entries that brought it. */
  readonly why: readonly string[];
  /** Whether Gatehouse fetched it; what a person copied in never leaves by itself, whoever came to need it. */
  readonly fetched: () => Promise<boolean>;
}

interface OtherWorld {
  readonly upstreamNow: UpstreamNow;
  readonly leaving: (subdir: Subdir) => LeavingWorld;
  /** False when the plan is partial: then nothing leaves. */
  readonly complete: boolean;
}

interface OtherDraft {
  readonly decision: Decision | null;
  readonly alteration: Alteration | null;
}

/** A stored package that the plan does without: it leaves, or stays and follows upstream's record. */
export async function draftOther(other: Other, state: SubdirState, world: OtherWorld): Promise<OtherDraft> {
  const { subdir, filename, why } = other;
  const before = state.control.packages[filename] ?? {};
  const next = world.complete ? leaving(why, before, world.leaving(subdir)) : ({ step: 'stay' } as const);
  if (next.step === 'leave' && (await other.fetched())) {
    const { at, reason } = next;
    const decision = { ...before, withdrawn: { at, reason } };
    return { decision: null, alteration: { kind: 'drop', subdir, filename, record: null, decision, reason } };
  }
  const decision = next.step === 'wait' ? next.decision : null;
  const known = state.index.get(filename);
  const now = known === undefined ? null : await world.upstreamNow(subdir, filename);
  if (known === undefined || now === null || !sameBytes(now.record, known)) return { decision, alteration: null };
  return { decision, alteration: draftChange(now, known, decision ?? before) };
}

const sameBytes = (a: RepodataRecord, b: RepodataRecord): boolean =>
  a.sha256 === undefined ? a.md5 === b.md5 && a.size === b.size : a.sha256 === b.sha256;
