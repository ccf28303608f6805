import type { Override } from '../documents/control.ts';
import { cameFromUpstream } from '../documents/provenance.ts';
import { packageFileParts } from '../names/package-file-name.ts';
import { isReserved } from '../names/reserved-names.ts';
import { sameDigests } from '../record/record.ts';
import { type ChannelChange, type DraftWorld, upstreamChange } from './change.ts';
import type { PackagePlace, SubdirState } from './channel-state.ts';
import type { EntryClaims } from './entry-claims.ts';

export interface UnneededDraft {
  readonly override: Override | null;
  readonly change: ChannelChange | null;
}

/**
 * A stored package that the plan does without: it leaves, or stays and follows upstream's record. What a person copied
 * in never leaves by itself, whoever came to need it. What came from upstream under a name that is reserved now leaves,
 * whatever that breaks: it may be the very package that the name was reserved against.
 */
export async function draftUnneeded(
  place: PackagePlace,
  state: SubdirState,
  world: DraftWorld,
): Promise<UnneededDraft> {
  const before = state.control.packages[place.filename] ?? {};
  const wasFetched = async () =>
    before.published === undefined && (await cameFromUpstream(world.store, { ...place, channel: world.channel }));
  // What was fetched and is claimed by nobody was left by a run that was cut off.
  const isClaimed = before.why !== undefined;
  if (!isClaimed && !(await wasFetched())) return { override: null, change: null };
  const next: Leaving<Override> = world.complete ? leftBehind(place, before, world) : { step: 'stay' };
  if (next.step === 'leave' && (!isClaimed || (await wasFetched()))) {
    const { at, reason } = next;
    const override = { ...before, withdrawn: { at, reason } };
    const isForced = reason === reservedReason && ({ isForced: true } as const);
    return { override: null, change: { kind: 'drop', ...place, record: null, override, reason, ...isForced } };
  }
  const override = next.step === 'wait' ? next.override : null;
  return { override, change: await followUpstream(place, state, override ?? before, world) };
}

/** Of what came from upstream before its name was reserved. */
export const reservedReason = 'its name is reserved now, and it came from upstream';

function leftBehind({ subdir, filename }: PackagePlace, before: Override, world: DraftWorld): Leaving<Override> {
  const isOurs = isReserved(packageFileParts(filename).name, world.reserved);
  if (isOurs && before.withdrawn === undefined) return { step: 'leave', at: world.now, reason: reservedReason };
  return leaving(before.why ?? [], before, { ...world, claims: world.claims(subdir) });
}

async function followUpstream(
  { subdir, filename }: PackagePlace,
  { index }: SubdirState,
  override: Override,
  { upstreamNow }: DraftWorld,
): Promise<ChannelChange | null> {
  const known = index.get(filename);
  const now = known === undefined ? null : await upstreamNow(subdir, filename);
  return known && now && sameDigests(now.record, known) ? upstreamChange(now, known, override) : null;
}

export interface LeavingWorld extends Pick<DraftWorld, 'now' | 'retain'> {
  readonly claims: EntryClaims;
}

/** What is known of a package or file that may leave. */
type Known = Pick<Override, 'why' | 'withdrawn' | 'unneededSince'>;

export type Leaving<T extends Known> =
  | { readonly step: 'stay' }
  | { readonly step: 'wait'; readonly override: T }
  | { readonly step: 'leave'; readonly at: number; readonly reason: string };

/**
 * What becomes of a package, or of a file for pip, that the plan does without: it leaves with the last entry that brought it, or `retain` after
 * the solutions of those that remain moved on.
 *
 * @param requiredBy who brought it
 */
export function leaving<T extends Known>(
  requiredBy: readonly string[],
  override: T,
  { now, retain, claims }: LeavingWorld,
): Leaving<T> {
  if (override.withdrawn !== undefined) return { step: 'stay' };
  const remaining = requiredBy.filter(claims.covers);
  if (remaining.length === 0) return { step: 'leave', at: now, reason: 'no entry of the allowlist needs it' };
  if (!remaining.every(claims.solved)) return { step: 'stay' };
  const since = override.unneededSince ?? now;
  if (now - since >= retain) return { step: 'leave', at: now, reason: 'solutions moved on and its retention is over' };
  return override.unneededSince === undefined
    ? { step: 'wait', override: { ...override, unneededSince: since } }
    : { step: 'stay' };
}
