/** One thing in the store that is not as it must be. */
export interface Damage {
  readonly code:
    | 'verify.bytes'
    | 'verify.unknown'
    | 'verify.unindexed'
    | 'verify.missing'
    | 'verify.record'
    | 'verify.record-form'
    | 'verify.left-out'
    | 'verify.withdrawn'
    | 'verify.index-missing'
    | 'verify.index-form'
    | 'verify.zst'
    | 'verify.shard'
    | 'verify.metadata'
    | 'verify.name'
    | 'verify.tokens'
    | 'verify.provenance'
    | 'verify.control'
    | 'verify.stray'
    | 'verify.ledger'
    | 'verify.verdict'
    | 'verify.kept'
    | 'verify.unjudged'
    | 'verify.refused';
  /** A key of the store; of a stray, what there is in the place of one. */
  readonly key: string;
  readonly detail: string;
  readonly hint?: string | undefined;
}

export interface VerifyReport {
  /** Objects read. */
  readonly checked: number;
  readonly problems: readonly Damage[];
}
