import type { ObjectKey } from '../layout.ts';

/** One thing in the store that is not as it must be. */
export interface Damage {
  readonly code:
    | 'verify.bytes'
    | 'verify.unreadable'
    | 'verify.unknown'
    | 'verify.unindexed'
    | 'verify.missing'
    | 'verify.record'
    | 'verify.withdrawn'
    | 'verify.index-missing'
    | 'verify.index-form'
    | 'verify.zst'
    | 'verify.shard'
    | 'verify.provenance'
    | 'verify.control'
    | 'verify.stray';
  readonly key: ObjectKey;
  readonly detail: string;
}
