import type { OptionalIndexFile } from '../../core/layout/index-files.ts';
import type { PackageFileName } from '../../core/names/package-file-name.ts';
import type { Clock } from '../../core/ports/clock.ts';
import type { Store } from '../../core/ports/store.ts';

/** What one run of an indexer is given; hints are the packages that events named, absent for a full look. */
export interface IndexRun {
  readonly store: Store;
  readonly clock: Clock;
  readonly hints?: readonly PackageFileName[];
  /** The option forms asked for; the small designs know of none. */
  readonly forms?: ReadonlySet<OptionalIndexFile>;
  /** The events themselves: only a mutant would believe them. */
  readonly events?: readonly PackageEvent[];
}

export interface PackageEvent {
  readonly filename: PackageFileName;
  readonly type: 'created' | 'removed';
}

/** The system under test: brings the simulation's one subdir up to date, or throws something that says to retry. */
export type Indexer = (run: IndexRun) => Promise<void>;
