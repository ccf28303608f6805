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
      /** Names of records of which not even the project could be told. */
      readonly lost?: readonly string[];
    }
  /** The policy wants none, or all that is asked is on this machine. */
  | { readonly status: 'none' }
  /** What is new waits. `stale`: the export can be read, and nobody renews it. */
  | { readonly status: 'unreachable'; readonly detail: string; readonly stale?: true };
