import type { Subdir } from '../names/subdir.ts';
import type { RepodataRecord } from '../record/record.ts';

/** One package a solver may choose. `key` is `<subdir>/<fileName>` and comes back in the solution. */
export interface Candidate {
  readonly key: string;
  readonly record: RepodataRecord;
}

/** What a solver chooses from on one platform. Virtual packages are apart. */
interface Choice {
  /** Names the contents: equal ids mean equal ones, so that a solver may keep them between calls. */
  readonly id: string;
  readonly platform: Subdir;
  /**
   * Name -> version, or `version=build`: `__glibc` -> `2.28`, `__archspec` -> `1=x86_64`. Each is injected as an
   * installed record and as a spec (docs/decisions.md 2).
   */
  readonly virtualPackages: Readonly<Record<string, string>>;
}

/** Records to choose from, by package name. */
export interface CandidatePool extends Choice {
  readonly candidates: ReadonlyMap<string, readonly Candidate[]>;
}

/** A channel as it is served: the solver reads its platform and `noarch` as a client would. */
export interface ServedChannel extends Choice {
  /** A file by its path below the channel's URL, `linux-64/repodata.json`; null when there is none. */
  read(path: string): Promise<Uint8Array | null>;
}

export type Solution =
  | { readonly status: 'solved'; readonly keys: readonly string[] }
  /** The solver's own words, made readable. */
  | { readonly status: 'unsolvable'; readonly explanation: string }
  /** The solver broke (a panic in WASM); says nothing about the specs. */
  | { readonly status: 'failed'; readonly explanation: string };

export interface Solver extends AsyncDisposable {
  /** What answers, with its version: another may answer otherwise. */
  readonly id?: string;
  /**
   * Chooses one package for each name needed so that every spec holds. `specs` carry no channel.
   * Deterministic: equal pools and specs give equal keys, in order of key.
   *
   * @throws what reading a served channel throws
   */
  solve(pool: CandidatePool | ServedChannel, specs: readonly string[]): Promise<Solution>;
}
