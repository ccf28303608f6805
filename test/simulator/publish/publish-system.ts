import type { ObjectKey } from '../../../core/layout/keys.ts';
import type { Side } from '../../../core/layout/sides.ts';
import type { ProjectName } from '../../../core/names/project-name.ts';
import type { Clock } from '../../../core/ports/clock.ts';
import type { Store } from '../../../core/ports/store.ts';
import type { SimulatedFile, SimulatedRelease } from './simulated-release.ts';

/** The world as one who does something in it reaches it: the whole store. */
export interface ActingWorld {
  readonly store: Store;
  readonly clock: Clock;
}

/** Files that are said to be published, by their addresses; none when it was refused. */
export type Published = readonly string[];

/** What changed on a side: of conda packages, each that is known by name. */
export interface Changed {
  readonly side: Side;
  readonly projects: readonly ProjectName[];
  /** Null for any package. */
  readonly packages: readonly ObjectKey[] | null;
}

/** The system under test. Each throws what says to retry, or does its work to the end. */
export interface PublishSystem {
  /** Whether a verdict of each file is laid down before it is written. */
  readonly judges: boolean;
  publish(files: readonly SimulatedFile[], to: Side, world: ActingWorld): Promise<Published>;
  promote(release: SimulatedRelease, world: ActingWorld): Promise<Published>;
  /** Null takes the yank back. Gives the addresses of the files that are yanked, or not any more. */
  yank(release: SimulatedRelease, reason: string | null, world: ActingWorld): Promise<readonly string[]>;
  /** Works out what control is to say of who needs what; writes it when it is called. */
  plan(world: ActingWorld): Promise<() => Promise<void>>;
  /** Deletes a file by hand. */
  remove(key: ObjectKey, world: ActingWorld): Promise<void>;
  mirror(world: ActingWorld): Promise<void>;
  index(changed: Changed, world: ActingWorld): Promise<void>;
}
