import type { Decision } from '../control.ts';
import { applyHotfix, type Hotfix, hotfixIn, type Patches } from '../forms/hotfix/hotfix.ts';
import { canonicalJson } from '../json.ts';
import type { ChannelName } from '../layout.ts';
import type { PackageFileName } from '../package-file-name.ts';
import type { Store } from '../ports/store.ts';
import { isDamaged } from '../read-json-object.ts';
import { knownSha256s, readProvenance } from '../read-provenance.ts';
import type { RepodataRecord } from '../record.ts';
import type { Subdir } from '../subdir.ts';
import type { Alteration } from './alteration.ts';
import type { ChannelState } from './channel-state.ts';
import type { Decided } from './draft-channel.ts';
import type { ChannelRecords } from './prove-requests.ts';

export interface HotfixWorld {
  readonly store: Store;
  readonly channel: ChannelName;
  readonly patches: Patches;
  readonly state: ChannelState;
  /** What control will say of a package before its hotfix changes. */
  readonly decisionOf: (subdir: Subdir, filename: PackageFileName) => Decision;
  /** The channel's records before any hotfix changes. */
  readonly shown: ChannelRecords;
}

export interface HotfixDraft {
  /** Hotfixes that change nothing that clients see now. */
  readonly decisions: readonly Decided[];
  readonly alterations: readonly Alteration[];
}

interface Place {
  readonly subdir: Subdir;
  readonly filename: PackageFileName;
}

/**
 * What brings control in line with the organisation's hotfixes: each that is new, changed or gone, of a package that is
 * in the store. Of others only the file knows.
 */
export async function draftHotfixes(world: HotfixWorld): Promise<HotfixDraft> {
  const decisions: Decided[] = [];
  const alterations: Alteration[] = [];
  for (const [place, change] of changesIn(world)) {
    const drafted = await draftOne(place, change, world);
    if (drafted === null) continue;
    if ('kind' in drafted) alterations.push(drafted);
    else decisions.push(drafted);
  }
  return { decisions, alterations };
}

interface Change {
  readonly decision: Decision;
  /** What the organisation says of it now. */
  readonly hotfix: Hotfix | null;
}

function changesIn({ state, patches, decisionOf }: HotfixWorld): (readonly [Place, Change])[] {
  const places = [...state].flatMap(([subdir, { packages }]) =>
    [...packages.keys()].map((filename) => ({ subdir, filename })),
  );
  return places.flatMap((place) => {
    const change = {
      decision: decisionOf(place.subdir, place.filename),
      hotfix: hotfixIn(patches, place.subdir, place.filename),
    };
    const same = canonicalJson(change.decision.hotfix ?? null) === canonicalJson(change.hotfix);
    return same ? [] : [[place, change] as const];
  });
}

/** Null where the package's own record cannot be told: then its hotfix stays as it is, and indexing says what is wrong. */
async function draftOne(
  place: Place,
  { decision: { hotfix: before, ...rest }, hotfix }: Change,
  world: HotfixWorld,
): Promise<Alteration | Decided | null> {
  const decision: Decision = { ...rest, ...(hotfix !== null && { hotfix }) };
  const shown = world.shown.get(place.subdir)?.get(place.filename);
  const base = shown !== undefined && before === undefined ? shown : await ownRecord(place, rest, world);
  const unseen = shown === undefined && (rest.withdrawn !== undefined || hotfix?.removed === true || base === null);
  if (unseen) return { ...place, decision };
  if (base === null) return null;
  const own = { ...base, ...identityOf(shown) };
  const record = hotfix === null ? own : applyHotfix(own, hotfix);
  return { kind: 'hotfix', ...place, record, decision, reason: reasonFor(place, hotfix) };
}

/** The record without any hotfix of ours, as indexing would find it; null where what entered is unknown or damaged. */
async function ownRecord(place: Place, { record }: Decision, world: HotfixWorld): Promise<RepodataRecord | null> {
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

function identityOf(shown: RepodataRecord | undefined): Partial<RepodataRecord> {
  if (shown === undefined) return {};
  const { subdir, sha256, md5, size, indexed_timestamp } = shown;
  return { subdir, sha256, md5, size, indexed_timestamp };
}

function reasonFor({ subdir }: Place, hotfix: Hotfix | null): string {
  const file = `patches/${subdir}.json`;
  if (hotfix === null) return `${file} says nothing of it any more`;
  if (hotfix.removed) return `${file} removes it`;
  const sets = Object.keys(hotfix.set ?? {}).sort();
  const parts = [...(sets.length > 0 ? [`sets ${sets.join(', ')}`] : []), ...(hotfix.revoked ? ['revokes it'] : [])];
  return `${file} ${parts.join(' and ')}`;
}
