import type { Advisory } from '../advisories/advisory.ts';

/** What is known of advisories: an export as it was read, or why there is none. */
export type Advice =
  /** `asOf`: milliseconds since the epoch. `of` gives a project's advisories, withdrawn ones too. */
  | { readonly status: 'known'; readonly asOf: number; readonly of: (project: string) => readonly Advisory[] }
  /** The policy wants none, or all that is asked is on this machine. */
  | { readonly status: 'none' }
  /** What is new waits. */
  | { readonly status: 'unreachable'; readonly detail: string };
