import type { Advisory } from '../advisories/advisory.ts';

/** What is known of advisories: an export as it was read, or why there is none. */
export type Advice =
  | {
      readonly status: 'known';
      /** Milliseconds since the epoch. */
      readonly asOf: number;
      /** A project's advisories, withdrawn ones too. */
      readonly of: (project: string) => readonly Advisory[];
      /** The projects that are in a conda package of this name, as the published mapping has it. */
      readonly mapped: (name: string) => readonly string[];
    }
  /** The policy wants none, or all that is asked is on this machine. */
  | { readonly status: 'none' }
  /** They cannot be had, or nobody renews them: what is new waits. */
  | { readonly status: 'unreachable'; readonly detail: string };
