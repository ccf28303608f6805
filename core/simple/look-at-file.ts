import { usedBy } from '../documents/published/used-name.ts';
import { type FileProvenance, isOwnFile, readFileProvenance, whoseFile } from '../documents/simple/file-provenance.ts';
import type { FileDecision } from '../documents/simple/project-control.ts';
import { listingProblem } from '../gate/door/listing-problem.ts';
import { fileThatLies } from '../gate/door/lying-file.ts';
import {
  fileProvenanceKey,
  fileProvenancePrefix,
  type ObjectKey,
  simpleMetadataKey,
  usedFileNameKey,
} from '../layout/keys.ts';
import type { Sha256 } from '../names/digest.ts';
import type { DistributionFileName } from '../names/distribution-file-name.ts';
import type { ProjectName } from '../names/project-name.ts';
import { isWheelName } from '../names/wheel-file-name.ts';
import type { Store, StoredObject } from '../ports/store.ts';
import { type Problem, problemOf } from '../problems/problem.ts';
import { isDamaged } from '../store/read-json-object.ts';
import { type Adopted, adoptFile, unlessUnsound } from './adopt-file.ts';
import type { FileAtRest, LookWorld } from './file-at-rest.ts';
import { type ListedFile, shownOf } from './project-state.ts';

/**
 * A file as its project's pages list it, or what is wrong with it: a function of its bytes, its metadata, its provenance
 * and control's decision. Of what came from an index all four must be there and agree, or it is not listed: pip takes a
 * missing or another `.metadata` for an error of the whole index. None is listed that the gate has not let through. What was published or copied in is listed without a
 * decision, unless control withdrew it; what lies there without provenance is adopted as copied in.
 *
 * @returns null when it is not to be listed and nothing is wrong: control withdrew it, has not decided of it yet, or the gate took it back
 */
export async function lookAtFile(file: FileAtRest, world: LookWorld): Promise<ListedFile | Problem | null> {
  const { fileName, head, metadata, decision, known } = file;
  if ((decision?.withdrawn ?? decision?.recalled) !== undefined) return null;
  const decided = decidedOf(decision);
  const isDecided = decision !== undefined || known?.own === true;
  const isKnown = known?.etag === head.etag && known.metadataEtag === (metadata?.etag ?? null);
  if (isKnown && isDecided) return { ...known, decided };
  const found = await readFile(file, world);
  return found === null || 'code' in found ? found : { fileName, ...found, decided };
}

/** The organisation's own yank goes before upstream's. */
function decidedOf(decision: FileDecision | undefined): ListedFile['decided'] {
  if (decision === undefined) return {};
  return { ...shownOf(decision), ...(decision.yank && { yanked: decision.yank.reason }) };
}

type Found = Omit<ListedFile, 'fileName' | 'decided'>;

/** What entered of the bytes that are there; null when they went away meanwhile: there is a look after this one. */
async function readFile(file: FileAtRest, world: LookWorld): Promise<Found | Problem | null> {
  const object = await world.store.get(file.head.key);
  if (object === null) return null;
  const digests = await unlessUnsound(file.head.key, world.digestsOf(object));
  if ('code' in digests) return digests;
  const entered = (await provenanceOf(file, digests.sha256, world)) ?? (await twinOf(file, world));
  if (entered !== null && 'code' in entered) return entered;
  if (entered === null) return ownFile(file, { object, digests, entered }, world);
  return listable(file, { object, digests, entered }, world);
}

/** What was written down when it entered, once the gate has let it through, and control decided of what came of an index. */
async function listable(
  file: FileAtRest,
  { object, digests, entered }: Parameters<typeof adoptFile>[1] & { readonly entered: FileProvenance },
  world: LookWorld,
): Promise<Found | Problem | null> {
  if (!isOwnFile(entered) && file.decision === undefined) return null;
  const { release } = entered;
  const keptOut = await listingProblem(fileThatLies({ ...file, release }, entered, { bytes: object, digests }), world);
  if (keptOut !== null) return keptOut;
  if (isOwnFile(entered)) return ownFile(file, { object, digests, entered }, world);
  return file.metadata === null ? wrongMetadata(file, 'is not there') : enteredFile(file, { object, entered }, world);
}

/** What was copied in is adopted; what the organisation's own has lost of what lies beside it is written again. */
async function ownFile(
  file: FileAtRest,
  { entered, ...bytes }: { readonly entered: FileProvenance | null } & Parameters<typeof adoptFile>[1],
  world: LookWorld,
): Promise<Found | Problem | null> {
  const isWhole = file.metadata !== null || !isWheelName(file.fileName);
  if (entered !== null && isWhole) return enteredFile(file, { object: bytes.object, entered }, world);
  const adopted = await adoptFile(file, bytes, world);
  return 'code' in adopted ? adopted : foundOf(bytes.object, adopted);
}

async function enteredFile(
  file: FileAtRest,
  { object, entered }: { readonly object: StoredObject; readonly entered: FileProvenance },
  { store, digestsOf }: LookWorld,
): Promise<Found | Problem | null> {
  if (entered.metadataSha256 === null) return foundOf(object, { provenance: entered, metadataEtag: null });
  const beside = await store.get(simpleMetadataKey(file.project, file.fileName));
  if (beside === null) return null;
  const { sha256 } = await digestsOf(beside);
  if (sha256 !== entered.metadataSha256) {
    const hint = isOwnFile(entered) ? `delete ${beside.key}: gatehouse index writes it anew` : refetch;
    return wrongMetadata(file, 'is not what entered with the wheel', hint);
  }
  return foundOf(object, { provenance: entered, metadataEtag: beside.etag });
}

const foundOf = ({ etag }: StoredObject, { provenance, metadataEtag }: Adopted): Found => {
  const { sha256, size, metadataSha256, requiresPython, uploadTime } = provenance;
  const entered = { sha256, size, metadataSha256, requiresPython, uploadTime };
  return { etag, metadataEtag, ...(isOwnFile(provenance) && { own: true }), entered };
};

/** What is known of these bytes; null when no others entered under this name, here or in staging. */
async function provenanceOf(
  file: FileAtRest,
  sha256: Sha256,
  { store }: LookWorld,
): Promise<FileProvenance | Problem | null> {
  const subject = file.head.key;
  try {
    const entered = await readFileProvenance(store, file, sha256);
    if (entered !== null || (await isFree(file, sha256, store))) return entered;
  } catch (error) {
    if (!isDamaged(error)) throw error;
    const hint = 'put it back from a backup, and run gatehouse index';
    return { ...problemOf(error, subject), code: 'index.provenance', hint };
  }
  const hint =
    (await whoseFile(store, file)) === 'index'
      ? 'delete it: gatehouse sync fetches it again, if the allowlist still needs it'
      : 'put the file back that entered, or delete it: other bytes need another file name';
  return { code: 'index.mutated', subject, detail: `holds ${sha256}, which is not what entered`, hint };
}

/** Whether no other bytes have the file's name. Its own provenance may have come meanwhile: another worker adopted it. */
async function isFree({ project, fileName }: FileAtRest, sha256: Sha256, store: Store): Promise<boolean> {
  const known = await knownKeys(project, fileName, store);
  if (known.length > 0) return known.includes(fileProvenanceKey(project, fileName, sha256));
  const used = await usedBy(store, usedFileNameKey(project, fileName));
  return used === null || used === sha256;
}

async function knownKeys(project: ProjectName, fileName: DistributionFileName, store: Store): Promise<ObjectKey[]> {
  const keys: ObjectKey[] = [];
  for await (const { key } of store.list(fileProvenancePrefix(project, fileName))) keys.push(key);
  return keys;
}

/** Of two files that are the same to an installer the one that entered is served, or the first by its name. */
async function twinOf(file: FileAtRest, { store }: LookWorld): Promise<Problem | null> {
  for (const twin of file.twins) {
    if (twin > file.fileName && (await knownKeys(file.project, twin, store)).length === 0) continue;
    const detail = `has the version, build and tags of ${twin}: installers would take either`;
    return { code: 'index.twin', subject: file.head.key, detail, hint: `move one of the two out of simple/` };
  }
  return null;
}

const wrongMetadata = ({ head: { key } }: FileAtRest, what: string, hint = refetch): Problem => {
  const detail = `its metadata, ${key}.metadata, ${what}; it is not listed`;
  return { code: 'index.metadata', subject: key, detail, hint };
};

const refetch = 'delete the wheel and its metadata: gatehouse sync fetches both again, if the allowlist still needs it';
