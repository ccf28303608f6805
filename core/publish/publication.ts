import type { Allowlist } from '../documents/allowlist/parse-allowlist.ts';
import type { Provenance } from '../documents/provenance.ts';
import type { FileProvenance } from '../documents/simple/file-provenance.ts';
import type { Gate } from '../gate/gate.ts';
import type { Side } from '../layout/sides.ts';
import type { PackageName } from '../names/package-name.ts';
import type { ProjectName } from '../names/project-name.ts';
import type { Bzip2 } from '../ports/bzip2.ts';
import type { Clock } from '../ports/clock.ts';
import type { Log } from '../ports/log.ts';
import type { Solver } from '../ports/solver.ts';
import type { Store } from '../ports/store.ts';
import type { Problem } from '../problems/problem.ts';
import type { Received } from '../upstream/download.ts';
import type { CoreMetadata } from '../wheel/core-metadata.ts';
import type { Wheel } from '../wheel/read-wheel.ts';

/** A file that somebody offers: its name, and its bytes, staged. Whoever staged it disposes of it. */
export interface OfferedFile extends Received {
  readonly fileName: string;
}

export interface PublishWorld {
  /** The whole store, whichever part of it is published to. */
  readonly store: Store;
  readonly to: Side;
  /** Of the part of the store that is published to. */
  readonly gate: Gate;
  readonly allowlist: Allowlist;
  readonly solver: Solver;
  readonly clock: Clock;
  readonly log: Log;
  /** The name of the token that the files came with; null for the command line. */
  readonly by: string | null;
  /** Whether whoever offers the files may publish under a name, beside what the allowlist says of it. */
  mayPublish(name: ProjectName | PackageName): boolean;
  /** A world without it makes no `.tar.bz2` of a wheel. */
  readonly bzip2?: Bzip2;
  /** Bytes that can be staged at once: a wheel and the package that is made of it; any number without it. */
  readonly scratch?: number;
}

/** A file that was published, or was there already. */
export interface PublishedFile {
  /** As it is served, with `staging/` before it where it is staged. */
  readonly key: string;
  readonly kind: Publication['kind'];
  /** Normal (PEP 503) of a wheel or sdist; the package's own of a conda package. */
  readonly name: string;
  readonly version: string;
  readonly sha256: string;
  /** `present`: these very bytes were there before. */
  readonly status: 'stored' | 'present';
}

export interface PublishReport {
  /** Conda packages that were made of wheels among them. */
  readonly files: readonly PublishedFile[];
  /** What whoever published should know, and stops nothing. */
  readonly warnings: readonly Problem[];
  /** Any of them means that nothing was written. */
  readonly problems: readonly Problem[];
}

interface Offer extends Pick<Received, 'staged' | 'digests'> {
  /** As it is written down before the bytes are there. */
  readonly provenance: unknown;
}

/** A wheel that was read as a whole. */
export interface WheelPublication extends Offer {
  readonly kind: 'wheel';
  readonly provenance: FileProvenance;
  readonly wheel: Wheel;
}

/** A source distribution, of which only what it says of itself was read. */
export interface SdistPublication extends Offer {
  readonly kind: 'sdist';
  readonly provenance: FileProvenance;
  readonly metadata: CoreMetadata;
}

/** A conda package, given as it is or made of a wheel that is published. */
export interface PackagePublication extends Offer {
  readonly kind: 'package';
  readonly provenance: Provenance;
}

/** A file that is to be published: read, held to its name, and staged. */
export type Publication = WheelPublication | SdistPublication | PackagePublication;

/** Of a publication what says which file it is. */
export type NamedPublication =
  | Pick<WheelPublication, 'kind' | 'provenance'>
  | Pick<SdistPublication, 'kind' | 'provenance'>
  | Pick<PackagePublication, 'kind' | 'provenance'>;
