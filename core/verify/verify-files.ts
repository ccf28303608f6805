import { type FileProvenance, fileProvenanceSchema, isOwnFile } from '../documents/simple/file-provenance.ts';
import { fileThatLies } from '../gate/door/lying-file.ts';
import {
  fileProvenancePrefix,
  type ObjectKey,
  simpleMetadataKey,
  simplePrefix,
  usedFileNameKey,
} from '../layout/keys.ts';
import { simplePlace } from '../layout/simple-place.ts';
import { type Digests, digestStream } from '../names/digest.ts';
import type { DistributionFileName } from '../names/distribution-file-name.ts';
import type { ProjectName } from '../names/project-name.ts';
import { isWheelName } from '../names/wheel-file-name.ts';
import { chunksOf } from '../ports/byte-source.ts';
import type { Log } from '../ports/log.ts';
import type { Store, StoredObject } from '../ports/store.ts';
import { tellingOf } from '../problems/problem.ts';
import { isDamaged, readJsonObject } from '../store/read-json-object.ts';
import type { Damage } from './damage.ts';
import { holds } from './served-bytes.ts';
import { type ArchiveWorld, verifyArchive } from './verify-archive.ts';
import { verifyPublishedName } from './verify-names.ts';

export interface VerifiedFiles {
  readonly stored: ReadonlySet<DistributionFileName>;
  readonly damaged: ReadonlySet<DistributionFileName>;
  /** Of each file, and of a wheel's metadata, from their bytes. */
  readonly digests: ReadonlyMap<ObjectKey, Digests>;
  readonly problems: readonly Damage[];
}

export interface VerifyFilesWorld extends ArchiveWorld {
  readonly store: Store;
  readonly log: Log;
}

/**
 * Reads every byte of a project's files again, and holds them against what entered, and the metadata beside each wheel
 * against what is in it. One after the other: memory holds one wheel's metadata.
 */
export async function verifyFiles(project: ProjectName, world: VerifyFilesWorld): Promise<VerifiedFiles> {
  const stored = new Set<DistributionFileName>();
  const damaged = new Set<DistributionFileName>();
  const digests = new Map<ObjectKey, Digests>();
  const problems: Damage[] = [];
  // What is no file is told of with the project.
  for await (const { key, size } of world.store.list(simplePrefix(project), () => {})) {
    const place = simplePlace(key);
    if (place.kind !== 'file') continue;
    const found = await verifyFile({ project, fileName: place.fileName, key }, digests, world);
    stored.add(place.fileName);
    if (found.length > 0) damaged.add(place.fileName);
    problems.push(...found);
    world.log({ type: 'verify.object', key, size, sound: found.length === 0 });
  }
  return { stored, damaged, digests, problems };
}

interface StoredFile {
  readonly project: ProjectName;
  readonly fileName: DistributionFileName;
  readonly key: ObjectKey;
}

/** @param digests takes those of the file and of its metadata */
async function verifyFile(
  file: StoredFile,
  digests: Map<ObjectKey, Digests>,
  world: VerifyFilesWorld,
): Promise<Damage[]> {
  const { key } = file;
  const { store } = world;
  const object = await store.get(key);
  if (object === null) return [{ code: 'verify.missing', key, detail: 'went away while it was read' }];
  const found = await digestStream(chunksOf(object));
  digests.set(key, found);
  const { entered, problems } = await provenancesOf(file, store);
  if (problems.length > 0) return problems;
  if (entered.length === 0) return [{ code: 'verify.unknown', key, detail: 'has no provenance', hint: adopting }];
  const provenance = entered.find(({ sha256 }) => sha256 === found.sha256);
  if (provenance !== undefined) return verifyEntered(file, { object, provenance, digests, found }, world);
  const known = entered.map(({ sha256 }) => sha256).join(' or ');
  const detail = `its bytes have sha256 ${found.sha256}; what entered had ${known}`;
  return [{ code: 'verify.bytes', key, detail, hint: entered.every(isOwnFile) ? puttingBack : refetching }];
}

const adopting = 'run gatehouse index, which takes in what is sound';
const puttingBack = 'put the file back that entered, or delete it: other bytes need another file name';
const refetching =
  'delete the wheel and its metadata: gatehouse sync fetches both again, if the allowlist still needs it';

async function provenancesOf({ project, fileName }: StoredFile, store: Store) {
  const entered: FileProvenance[] = [];
  const problems: Damage[] = [];
  for await (const { key } of store.list(fileProvenancePrefix(project, fileName))) {
    try {
      const read = await readJsonObject(store, key, fileProvenanceSchema);
      if (read !== null) entered.push(read.value);
    } catch (error) {
      if (!isDamaged(error)) throw error;
      problems.push({ code: 'verify.provenance', key, ...tellingOf(error) });
    }
  }
  return { entered, problems };
}

interface ReadFile {
  readonly object: StoredObject;
  readonly provenance: FileProvenance;
  readonly digests: Map<ObjectKey, Digests>;
  /** Of the file. */
  readonly found: Digests;
}

async function verifyEntered(file: StoredFile, read: ReadFile, world: VerifyFilesWorld): Promise<Damage[]> {
  const { store } = world;
  const { project, fileName, key } = file;
  const { sha256, origin } = read.provenance;
  const name = usedFileNameKey(project, fileName);
  const unnamed = origin.type === 'published' ? await verifyPublishedName({ key, name, sha256 }, store) : [];
  const beside = isWheelName(fileName) ? await digestMetadata(file, read, store) : null;
  if (beside !== null && 'code' in beside) return [...unnamed, beside];
  const { reading, problems } = await verifyArchive(key, asJudged(file, read), world);
  const inside = reading.status === 'read' ? reading.contents.wheel?.metadataBytes : undefined;
  const isSame =
    beside === null || inside === undefined || (beside.isAsEntered && (await holds(beside.object, inside)));
  const wrong = isSame ? [] : [wrongMetadata(file, "is not the wheel's METADATA", read.provenance)];
  return [...unnamed, ...problems, ...wrong];
}

const asJudged = ({ project, fileName }: StoredFile, { object, provenance, found }: ReadFile) =>
  fileThatLies({ project, fileName, release: provenance.release }, provenance, { bytes: object, digests: found });

/** What lies beside a wheel, and whether it is what entered with it. */
async function digestMetadata(file: StoredFile, { provenance, digests }: ReadFile, store: Store) {
  const object = await store.get(simpleMetadataKey(file.project, file.fileName));
  if (object === null) return wrongMetadata(file, 'does not exist', provenance);
  const found = await digestStream(chunksOf(object));
  digests.set(object.key, found);
  return { object, isAsEntered: found.sha256 === provenance.metadataSha256 };
}

function wrongMetadata({ project, fileName }: StoredFile, detail: string, provenance: FileProvenance): Damage {
  const hint = isOwnFile(provenance)
    ? 'delete it, if it is there, and run gatehouse index: it writes it anew'
    : refetching;
  return { code: 'verify.metadata', key: simpleMetadataKey(project, fileName), detail, hint };
}
