import type { Subdir } from '../names/subdir.ts';
import type { RepodataRecord } from '../record/record.ts';

/** One package a solver may choose. `key` is `<subdir>/<fileName>` and comes back in the solution. */
export interface Candidate {
  readonly key: string;
  readonly record: RepodataRecord;
}

/** What may be chosen from on one platform: by package name. Virtual packages are apart. */
export interface CandidatePool {
  /** Names the pool: equal ids mean equal contents, so that a solver may keep it between calls. */
  readonly id: string;
  readonly platform: Subdir;
  readonly candidates: ReadonlyMap<string, readonly Candidate[]>;
  /**
   * Name -> version, or `version=build`: `__glibc` -> `2.28`, `__archspec` -> `1=x86_64`. Each is injected as an
   * installed record and as a spec (docs/decisions.md 2).
   */
  readonly virtualPackages: Readonly<Record<string, string>>;
}

export type Solution =
  | { readonly status: 'solved'; readonly keys: readonly string[] }
  /** The solver's own words, made readable. */
  | { readonly status: 'unsolvable'; readonly explanation: string }
  /** The solver broke (a panic in WASM); says nothing about the specs. */
  | { readonly status: 'failed'; readonly explanation: string };

/** Why a solver cannot take a record. */
export interface RecordRefusal {
  readonly code: 'record.version' | 'record.depends-channel' | 'record.depends-unreadable';
  readonly detail: string;
}

export interface Solver extends AsyncDisposable {
  /**
   * Why a record must not be in a pool, or null when it may: what the solver cannot digest breaks it, or makes it refuse
   * other records too. Needs no running solver.
   */
  refuses(record: RepodataRecord): RecordRefusal | null;
  /**
   * Chooses one package for each name needed so that every spec holds. `specs` carry no channel.
   * Deterministic: equal pools and specs give equal keys, in order of key.
   */
  solve(pool: CandidatePool, specs: readonly string[]): Promise<Solution>;
}
