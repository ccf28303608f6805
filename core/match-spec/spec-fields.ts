import type { VersionSpec } from '../version.ts';

/** What a spec asks for beside the name; null where it asks nothing. */
export interface SpecFields {
  readonly version: VersionSpec | null;
  /** A build string, a glob (`py*`), or a regular expression in `^...$`. */
  readonly build: string | null;
  /** An operator and a number: `>=1`, `==0`. */
  readonly buildNumber: string | null;
  /** A channel's name or URL, without subdir. */
  readonly channel: string | null;
  readonly subdir: string | null;
  readonly url: string | null;
  /** `fn`: the package's file name. */
  readonly fileName: string | null;
  /** Lowercase hex. */
  readonly md5: string | null;
  /** Lowercase hex. */
  readonly sha256: string | null;
  readonly license: string | null;
  /** All of these must be tracked; separated by one space. */
  readonly trackFeatures: string | null;
}

export const noFields: SpecFields = {
  version: null,
  build: null,
  buildNumber: null,
  channel: null,
  subdir: null,
  url: null,
  fileName: null,
  md5: null,
  sha256: null,
  license: null,
  trackFeatures: null,
};

/** A field's value read, or a sentence fragment that says what is wrong with it. */
export type FieldsRead =
  | { readonly ok: true; readonly fields: Partial<SpecFields>; readonly name?: string }
  | { readonly ok: false; readonly message: string; readonly hint?: string };
