import type { z } from 'zod';
import { canonicalJson, parseJson } from '../../json/json.ts';
import type { PackageFileName } from '../../names/package-file-name.ts';

/**
 * One package as a subdir's state keeps it. The JSON parts are canonical JSON as bytes: index files are spliced from
 * them, and no entry is parsed because its neighbour changed. core/index/segment-codec.ts lays entries out.
 */
export interface IndexEntry {
  readonly filename: PackageFileName;
  /** ETag of the package object when it was read. */
  readonly etag: string;
  /** Bytes of the package. */
  readonly size: number;
  /** `listed` is in the index; `withdrawn` is not, and its bytes remain; `problem` could not be read. */
  readonly kind: 'listed' | 'withdrawn' | 'problem';
  /** Tag of the override in control that the entry was made under (`overrideTag`); absent when control said nothing. */
  readonly override?: string;
  /** Canonical JSON of the record as `repodata.json` has it; of the Problem when kind is `problem`; else `{}`. */
  readonly record: Uint8Array;
  /** Canonical JSON of `info/run_exports.json`, `{}` when there is none. */
  readonly runExports: Uint8Array;
  /**
   * Canonical JSON of what `channeldata.json` needs of this package (core/outputs/entries/channel-facts.ts); for a
   * problem, of the provenances there were when it was met (core/index/check-package.ts).
   */
  readonly facts: Uint8Array;
}

/** A value as a JSON part of an entry, all of it ASCII. */
export const jsonPart = (value: unknown): Uint8Array => Buffer.from(canonicalJson(value), 'latin1');

/** The value of a JSON part, which `what` names in errors. @throws GatehouseError `json.invalid` when it does not fit */
export const parsePart = <T>(part: Uint8Array, schema: z.ZodType<T>, what: string): T =>
  parseJson(Buffer.from(part.buffer, part.byteOffset, part.length).toString('latin1'), schema, what);
