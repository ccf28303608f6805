/** The channel rattler reads from. It exists only in the worker's `fetch`; `.invalid` resolves nowhere (RFC 2606). */
export const channelUrl = 'http://pool.invalid/';

/** An installed package, as `simpleSolve` takes it. */
export interface LockedPackage {
  readonly url: string;
  readonly filename: string;
  readonly packageName: string;
  readonly version: string;
  readonly build: string;
  readonly buildNumber: number;
  readonly depends: readonly string[];
  readonly subdir: string;
}

export interface SolveCall {
  readonly type: 'solve';
  readonly poolId: string;
  /** The channel's subdirs, those that come first for the solver first. */
  readonly subdirs: readonly string[];
  readonly specs: readonly string[];
  readonly locked: readonly LockedPackage[];
}

/** A file below the channel's URL: its path, and its bytes or null when there is none. */
export type ChannelFile = readonly [path: string, bytes: Uint8Array<ArrayBuffer> | null];

export type ToWorker = SolveCall | { readonly type: 'files'; readonly files: readonly ChannelFile[] };

/** How a solve ended. */
export type SolveReply =
  | { readonly type: 'solved'; readonly packages: readonly { readonly name: string; readonly key: string }[] }
  /** rattler said no: its own words. */
  | { readonly type: 'refused'; readonly text: string }
  /** The worker is of no more use. */
  | { readonly type: 'broken'; readonly text: string };

export type FromWorker = SolveReply | { readonly type: 'need'; readonly paths: readonly string[] };
