import type { PackageFileName } from '../../package-file-name.ts';

/**
 * One package as a subdir's state keeps it. The JSON parts are canonical JSON as bytes: outputs are spliced from them and
 * nothing is parsed to add a neighbour. How a segment lays lines out: encode-line.ts.
 */
export interface IndexLine {
  readonly filename: PackageFileName;
  /** Of the package object when it was read. */
  readonly etag: string;
  /** Bytes of the package. */
  readonly size: number;
  /** `listed` is in the index; `withdrawn` is not and its bytes remain; `problem` could not be read. */
  readonly kind: 'listed' | 'withdrawn' | 'problem';
  /** Which decision of control the line was made under (decision-tag.ts); absent when control had nothing to say. */
  readonly decision?: string;
  /** Canonical JSON of the record as `repodata.json` has it; of the Problem when kind is `problem`; else `{}`. */
  readonly record: Uint8Array;
  /** Canonical JSON of `info/run_exports.json`, `{}` when there is none. */
  readonly runExports: Uint8Array;
  /**
   * Canonical JSON of what `channeldata.json` needs of this package (core/forms/channel-facts.ts); of a problem, what was
   * known of the package when it was met (core/index/take-look.ts).
   */
  readonly facts: Uint8Array;
}
