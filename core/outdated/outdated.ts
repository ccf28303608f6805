import type { Subdir } from '../names/subdir.ts';
import type { Problem } from '../problems/problem.ts';

/** Something that is here, and of which there is a newer version upstream. */
export interface Outdated {
  readonly from: 'conda' | 'pypi';
  readonly name: string;
  /** The newest version that is here. */
  readonly here: string;
  /** The newest that is no pre-release and was not yanked. */
  readonly newest: string;
  /** URL of the channel or index that has it. */
  readonly where: string;
  /** Of a conda package: where this is so. */
  readonly platforms: readonly Subdir[];
  /**
   * What the allowlist says: `lets-in`: an entry is for the newest too, and a sync brings it if all that must install lets
   * it; `pins`: no entry for it is; `dependency`: no entry names it, and it comes with what needs it.
   */
  readonly allowlist: 'lets-in' | 'pins' | 'dependency';
  /** The entries that name it. */
  readonly entries: readonly string[];
}

/** What was looked up, and what could not be. */
export interface LookedUp {
  readonly outdated: readonly Outdated[];
  /** How many packages or projects. */
  readonly count: number;
  readonly problems: readonly Problem[];
}
