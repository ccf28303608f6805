import { keepsAddress, type OwnWord } from '../documents/published/published.ts';
import type { OptionalIndexFile } from '../layout/index-files.ts';
import type { ObjectKey } from '../layout/keys.ts';
import type { Clock } from '../ports/clock.ts';
import type { ObjectHead, Store } from '../ports/store.ts';
import type { ChannelStore } from '../store/list-packages.ts';

export const hourMs = 3_600_000;
export const dayMs = 24 * hourMs;

export interface PruneWorld extends ChannelStore {
  readonly clock: Pick<Clock, 'now'>;
  /** Milliseconds that a package's bytes, and a plan, are kept after nobody needs them. */
  readonly retain: number;
  /** The optional index files that are asked for: what there is of others is needed by nobody. */
  readonly asked: ReadonlySet<OptionalIndexFile>;
}

/** Bytes that came a moment ago came for somebody, whose control may not say so yet: a sync decides after it fetched. */
export const freshForMs = 24 * hourMs;

/** What a prune looks for, in the order it is deleted: packages, and then what is derived or only kept for a while. */
export const garbageKinds = [
  'package',
  'wheel',
  'metadata',
  'held',
  'form',
  'shard',
  'state',
  'plan',
  'document',
] as const;
export type GarbageKind = (typeof garbageKinds)[number];

/** An object that nobody needs any more. */
export interface Garbage extends ObjectHead {
  readonly kind: GarbageKind;
  readonly reason: string;
  /** Milliseconds since the epoch: from when on it may go. */
  readonly due: number;
  /** What was read when it was found to be garbage. While one of these is another object by now, it is not garbage. */
  readonly guards: readonly Guard[];
}

/** Why what control withdrew is garbage. */
export const withdrawnReason = ({ at, reason }: { readonly at: number; readonly reason: string }): string =>
  `withdrawn on ${new Date(at).toISOString().slice(0, 10)}: ${reason}`;

/** When and why control withdrew a file whose bytes may go for that; what was recalled a sweep takes away once it is kept. */
export const withdrawalOf = (said: OwnWord): OwnWord['withdrawn'] =>
  keepsAddress(said) || said.recalled !== undefined ? undefined : said.withdrawn;

export interface Guard {
  readonly key: ObjectKey;
  /** Null when nothing was there. */
  readonly etag: string | null;
}

/** Whether all guards are as they were read. */
export async function stillSo(store: Store, guards: readonly Guard[]): Promise<boolean> {
  for (const { key, etag } of guards) {
    if (((await store.get(key))?.etag ?? null) !== etag) return false;
  }
  return true;
}
