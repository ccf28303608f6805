import type { ObjectKey } from '../layout.ts';
import type { ObjectHead, Store } from '../ports/store.ts';

/** What a prune looks for, in the order it is deleted: packages, and then what is derived or only kept for a while. */
export const garbageKinds = ['package', 'form', 'shard', 'state', 'plan', 'document'] as const;
export type GarbageKind = (typeof garbageKinds)[number];

/** An object that nobody needs any more. */
export interface Garbage extends ObjectHead {
  readonly kind: GarbageKind;
  readonly reason: string;
  /** Milliseconds since the epoch: from when on it may go. */
  readonly due: number;
  /** What was believed when it was found to be garbage; while one of these is another, it is not. */
  readonly guards: readonly Guard[];
}

export interface Guard {
  readonly key: ObjectKey;
  /** Null when nothing was there. */
  readonly etag: string | null;
}

/** Whether all that was believed is still so. */
export async function stillSo(store: Store, guards: readonly Guard[]): Promise<boolean> {
  for (const { key, etag } of guards) {
    if (((await store.get(key))?.etag ?? null) !== etag) return false;
  }
  return true;
}

export const hour = 3_600_000;
export const day = 24 * hour;
