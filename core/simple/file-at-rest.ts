import type { FileDecision } from '../documents/simple/project-control.ts';
import type { ListingDoor } from '../gate/door/listing-problem.ts';
import type { Digests } from '../names/digest.ts';
import type { DistributionFileName } from '../names/distribution-file-name.ts';
import type { ProjectName } from '../names/project-name.ts';
import type { ObjectHead, StoredObject } from '../ports/store.ts';
import type { ListedFile } from './project-state.ts';

export interface LookWorld extends ListingDoor {
  /** An object's digests: as they were noted when it was published, or from its bytes. */
  readonly digestsOf: (object: StoredObject) => Promise<Digests>;
}

/** A file that lies in a project's folder, and what is known of it. */
export interface FileAtRest {
  readonly project: ProjectName;
  readonly fileName: DistributionFileName;
  readonly head: ObjectHead;
  /** Null when there is none beside it. */
  readonly metadata: ObjectHead | null;
  /** Others in the folder that are the same to an installer: of one version, build and tags, spelt otherwise. */
  readonly twins: readonly DistributionFileName[];
  /** What control says of it; undefined when it says nothing. */
  readonly decision: FileDecision | undefined;
  /** As the state has it. */
  readonly known: ListedFile | undefined;
}
