import { type FileProvenance, readFileProvenance } from '../documents/simple/file-provenance.ts';
import type { FileDecision } from '../documents/simple/project-control.ts';
import { fileProvenancePrefix, simpleMetadataKey } from '../layout/keys.ts';
import type { Digests } from '../names/digest.ts';
import type { DistributionFileName } from '../names/distribution-file-name.ts';
import type { ProjectName } from '../names/project-name.ts';
import type { ObjectHead, Store, StoredObject } from '../ports/store.ts';
import { type Problem, problemOf } from '../problems/problem.ts';
import { isDamaged } from '../store/read-json-object.ts';
import { type ListedFile, shownOf } from './project-state.ts';

export interface LookWorld {
  readonly store: Store;
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
  /** What control says of it; undefined when it says nothing. */
  readonly decision: FileDecision | undefined;
  /** As the state has it. */
  readonly known: ListedFile | undefined;
}

/**
 * A file as its project's pages list it, or what is wrong with it: a function of its bytes, its metadata, its provenance
 * and control's decision. All four must be there and agree, or it is not listed: pip takes a missing or another
 * `.metadata` for an error of the whole index.
 *
 * @returns null when it is not to be listed and nothing is wrong: control withdrew it, or has not decided of it yet
 */
export async function lookAtFile(file: FileAtRest, world: LookWorld): Promise<ListedFile | Problem | null> {
  const { fileName, head, metadata, decision, known } = file;
  if (decision?.withdrawn !== undefined) return null;
  if (decision === undefined) return (await hasProvenance(file, world)) ? null : copiedIn(head);
  if (metadata === null) return wrongMetadata(head, 'is not there');
  const { yank } = decision;
  const decided = { ...shownOf(decision), ...(yank && { yanked: yank.reason }) };
  if (known?.etag === head.etag && known.metadataEtag === metadata.etag) return { ...known, decided };
  const found = await readFile(file, world);
  return found === null || 'code' in found ? found : { fileName, ...found, decided };
}

/** What entered of the bytes that are there; null when they went away meanwhile: there is a look after this one. */
async function readFile(
  file: FileAtRest,
  world: LookWorld,
): Promise<Pick<ListedFile, 'etag' | 'metadataEtag' | 'entered'> | Problem | null> {
  const bytes = await world.store.get(file.head.key);
  const beside = await world.store.get(simpleMetadataKey(file.project, file.fileName));
  if (bytes === null || beside === null) return null;
  const provenance = await provenanceOf(file, bytes, world);
  if ('code' in provenance) return provenance;
  const { sha256, size, metadataSha256, requiresPython, uploadTime } = provenance;
  if ((await world.digestsOf(beside)).sha256 !== metadataSha256) {
    return wrongMetadata(file.head, 'is not what entered with the wheel');
  }
  const entered = { sha256, size, metadataSha256, requiresPython, uploadTime };
  return { etag: bytes.etag, metadataEtag: beside.etag, entered };
}

async function provenanceOf(
  file: FileAtRest,
  bytes: StoredObject,
  world: LookWorld,
): Promise<FileProvenance | Problem> {
  const subject = file.head.key;
  const { sha256 } = await world.digestsOf(bytes);
  try {
    const entered = await readFileProvenance(world.store, file, sha256);
    if (entered !== null) return entered;
  } catch (error) {
    if (!isDamaged(error)) throw error;
    const hint = 'put it back from a backup, and run gatehouse index';
    return { ...problemOf(error, subject), code: 'index.provenance', hint };
  }
  if (!(await hasProvenance(file, world))) return copiedIn(file.head);
  const hint = 'delete it: gatehouse sync fetches it again, if the allowlist still needs it';
  return { code: 'index.mutated', subject, detail: `holds ${sha256}, which is not what entered`, hint };
}

/** Whether a file of this name ever entered. */
async function hasProvenance({ project, fileName }: FileAtRest, { store }: LookWorld): Promise<boolean> {
  for await (const _ of store.list(fileProvenancePrefix(project, fileName))) return true;
  return false;
}

const copiedIn = ({ key }: ObjectHead): Problem => ({
  code: 'index.unknown',
  subject: key,
  detail: 'has no provenance: what is copied in by hand is not listed for pip',
  hint: 'move it out of simple/, and name its project in the allowlist',
});

const wrongMetadata = ({ key }: ObjectHead, what: string): Problem => ({
  code: 'index.metadata',
  subject: key,
  detail: `its metadata, ${key}.metadata, ${what}; it is not listed`,
  hint: 'delete the wheel and its metadata: gatehouse sync fetches both again, if the allowlist still needs it',
});
