import type { Override } from '../documents/control.ts';
import { applyHotfix, type Patches } from '../documents/patches/hotfix.ts';
import type { Artifact } from '../documents/plan.ts';
import type { Subdir } from '../names/subdir.ts';
import type { Problem } from '../problems/problem.ts';
import { differingKeys } from '../record/differing-keys.ts';
import type { RepodataRecord } from '../record/record.ts';
import type { UpstreamNow } from '../solve/upstream-view.ts';
import type { ChannelStore } from '../store/list-packages.ts';
import type { ChannelState, PackagePlace } from './channel-state.ts';
import type { EntryClaims } from './entry-claims.ts';

/** What control is to say of one package. */
export interface PlacedOverride extends PackagePlace {
  readonly override: Override;
}

/**
 * A change to what is served that could break an entry, and so is proved before it is made: a record changed or gone,
 * the second format of a stem, which hides the first from conda, or a hotfix of the organisation's own. A record whose
 * stem is new to its subdir breaks nothing that installs, and is none.
 */
export interface ChannelChange extends PackagePlace {
  readonly kind: 'change' | 'drop' | 'second-format' | 'hotfix';
  /** The record as it would be; null when it goes. */
  readonly record: RepodataRecord | null;
  /** What control would say; null where control says nothing new (a second format). */
  readonly override: Override | null;
  readonly reason: string;
  /** It is made whatever it breaks: what must not be served any longer. */
  readonly isForced?: true;
}

/** What a plan's artifacts, and all else that the store has, are compared in. */
export interface DraftWorld extends ChannelStore {
  readonly patches: Patches;
  readonly state: ChannelState;
  readonly upstreamNow: UpstreamNow;
  /** False when the plan is partial: then nothing leaves. */
  readonly complete: boolean;
  /** Milliseconds since the epoch. */
  readonly now: number;
  /** Milliseconds that a package stays after its entry's solution moved on. */
  readonly retain: number;
  readonly claims: (subdir: Subdir) => EntryClaims;
  /** Names that are the organisation's own, with all below them. */
  readonly reserved: readonly string[];
}

/** What a plan would do to a channel, before its changes are proved. */
export interface ChannelDraft {
  readonly add: Artifact[];
  /** What the index gains, with its hotfix: `add`, and what the store has already but the index does not. */
  readonly appear: (PackagePlace & { readonly record: RepodataRecord })[];
  readonly overrides: PlacedOverride[];
  readonly changes: ChannelChange[];
  readonly problems: Problem[];
}

interface UpstreamPackage extends PackagePlace {
  /** Upstream's record as it is now. */
  readonly record: RepodataRecord;
}

/** The change that brings an indexed record in line with upstream's; null when they say the same. */
export function upstreamChange(
  upstream: UpstreamPackage,
  known: RepodataRecord,
  override: Override,
): ChannelChange | null {
  const { subdir, filename, record } = upstream;
  const own: RepodataRecord = { ...record, ...indexersOwn(known), subdir };
  const wanted = override.hotfix === undefined ? own : applyHotfix(own, override.hotfix);
  if (wanted === null) return null;
  const differing = differingKeys(known, wanted);
  if (differing.length === 0) return null;
  const reason = `upstream changed ${differing.join(', ')}`;
  return { kind: 'change', subdir, filename, record: wanted, override: { ...override, record }, reason };
}

/** The keys of an indexed record that the indexer knows from the bytes and the time of entry, whatever upstream says. */
export function indexersOwn({ subdir, sha256, md5, size, indexed_timestamp }: RepodataRecord): Partial<RepodataRecord> {
  return { subdir, sha256, md5, size, indexed_timestamp };
}
