import { isKeptOut, type Override } from '../documents/control.ts';
import { applyHotfix, type Hotfix, hotfixIn } from '../documents/patches/hotfix.ts';
import { knownSha256s, readProvenance } from '../documents/provenance.ts';
import { canonicalJson } from '../json/json.ts';
import type { RepodataRecord } from '../record/record.ts';
import type { ChannelRecords } from '../solve/prove-entries.ts';
import { isDamaged } from '../store/read-json-object.ts';
import { type ChannelChange, type DraftWorld, indexersOwn, type PlacedOverride } from './change.ts';
import { type PackagePlace, storedPackages } from './channel-state.ts';

export interface HotfixWorld extends Pick<DraftWorld, 'store' | 'channel' | 'patches' | 'state'> {
  /** What control will say of a package before its hotfix changes. */
  readonly overrideOf: (place: PackagePlace) => Override;
  /** The channel's records before any hotfix changes. */
  readonly shown: ChannelRecords;
}

export interface HotfixDraft {
  /** Hotfixes that change nothing that clients see now. */
  readonly overrides: readonly PlacedOverride[];
  readonly changes: readonly ChannelChange[];
}

/**
 * What brings control in line with the organisation's hotfixes: each that is new, changed or gone, of a package that is
 * in the store. Of others only the file knows.
 */
export async function draftHotfixes(world: HotfixWorld): Promise<HotfixDraft> {
  const overrides: PlacedOverride[] = [];
  const changes: ChannelChange[] = [];
  for (const [place] of storedPackages(world.state)) {
    const before = world.overrideOf(place);
    const hotfix = hotfixIn(world.patches, place.subdir, place.filename);
    if (canonicalJson(before.hotfix ?? null) === canonicalJson(hotfix)) continue;
    const drafted = await draftOne(place, before, hotfix, world);
    if (drafted === null) continue;
    if ('kind' in drafted) changes.push(drafted);
    else overrides.push(drafted);
  }
  return { overrides, changes };
}

/**
 * Null where the package's own record is unknown: then its hotfix stays as it is, and indexing says what is wrong.
 *
 * @param hotfix what the organisation says of the package now
 */
async function draftOne(
  place: PackagePlace,
  { hotfix: before, ...rest }: Override,
  hotfix: Hotfix | null,
  world: HotfixWorld,
): Promise<ChannelChange | PlacedOverride | null> {
  const override: Override = { ...rest, ...(hotfix !== null && { hotfix }) };
  const shown = world.shown.get(place.subdir)?.get(place.filename);
  const base = shown !== undefined && before === undefined ? shown : await ownRecord(place, rest, world);
  const unseen = shown === undefined && (isKeptOut(rest) || hotfix?.removed === true || base === null);
  if (unseen) return { ...place, override };
  if (base === null) return null;
  const own = { ...base, ...(shown && indexersOwn(shown)) };
  const record = hotfix === null ? own : applyHotfix(own, hotfix);
  return { kind: 'hotfix', ...place, record, override, reason: reasonFor(place, hotfix) };
}

/** The record without any hotfix of ours, as indexing would find it; null where what entered is unknown or damaged. */
async function ownRecord(
  place: PackagePlace,
  { record }: Override,
  world: HotfixWorld,
): Promise<RepodataRecord | null> {
  if (record !== undefined) return record;
  const [sha256, ...others] = await knownSha256s(world.store, { ...place, channel: world.channel });
  if (sha256 === undefined || others.length > 0) return null;
  try {
    return (await readProvenance(world.store, { ...place, channel: world.channel }, sha256))?.record ?? null;
  } catch (error) {
    if (isDamaged(error)) return null;
    throw error;
  }
}

function reasonFor({ subdir }: PackagePlace, hotfix: Hotfix | null): string {
  const file = `patches/${subdir}.json`;
  if (hotfix === null) return `${file} says nothing of it any more`;
  if (hotfix.removed) return `${file} removes it`;
  const sets = Object.keys(hotfix.set ?? {}).sort();
  const parts = [...(sets.length > 0 ? [`sets ${sets.join(', ')}`] : []), ...(hotfix.revoked ? ['revokes it'] : [])];
  return `${file} ${parts.join(' and ')}`;
}
