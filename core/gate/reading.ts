import type { Finding } from '../archive/finding.ts';
import type { Sha256 } from '../names/digest.ts';
import type { IndexJson } from '../package/index-json.ts';
import type { PathsEntry } from '../package/paths-json.ts';
import type { Wheel } from '../wheel/read-wheel.ts';

/** A member of an archive, as every client would install it. */
export interface GateMember {
  readonly path: string;
  readonly type: 'file' | 'directory' | 'symlink';
  readonly mode: number;
  /** Bytes. */
  readonly size: number;
  /** Of a file's bytes; null of what is no file. */
  readonly sha256: Sha256 | null;
  readonly linkTarget: string | null;
  /** `elf-x86_64`, `pe-arm64`, `macho-universal`, `wasm`; null of what is no native binary. */
  readonly machine: string | null;
}

/** What one strict pass over a whole archive found. */
export interface Contents {
  readonly members: ReadonlyMap<string, GateMember>;
  /** The bytes of files that some check reads; of `__init__.py` and `setup.py` the first 64 KiB (`contents/texts.ts`). */
  readonly texts: ReadonlyMap<string, Uint8Array>;
  /** Files that some check reads and that are too large to be kept. */
  readonly tooLarge: readonly string[];
  /** What the readers met that is odd: checks say what it means. */
  readonly findings: readonly Finding[];
  /** Bytes of all members. */
  readonly unpacked: number;
  /** What looks like a secret, and where. */
  readonly secrets: readonly { readonly path: string; readonly kind: string }[];
  /** Files of `info/paths.json` whose placeholder does not occur in them. */
  readonly lackPlaceholder: readonly string[];
  /** The rows of a package's `info/paths.json`; null when there is none. */
  readonly paths: readonly PathsEntry[] | null;
  /** `info/index.json` of a conda package. */
  readonly index: IndexJson | null;
  /** Of a wheel. */
  readonly wheel: Wheel | null;
}

/** What came of reading a file: all that is in it, or the code and sentence with which a reader refused it. */
export type Reading =
  | { readonly status: 'read'; readonly contents: Contents }
  | { readonly status: 'refused'; readonly code: string; readonly detail: string }
  /** It could not be read to its end for a reason that is not the file's. */
  | { readonly status: 'failed'; readonly detail: string };
