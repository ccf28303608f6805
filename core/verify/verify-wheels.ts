import { type FileProvenance, fileProvenanceSchema } from '../documents/simple/file-provenance.ts';
import { fileProvenancePrefix, type ObjectKey, simpleMetadataKey, simplePrefix } from '../layout/keys.ts';
import { simplePlace } from '../layout/simple-place.ts';
import { type Digests, digestStream } from '../names/digest.ts';
import type { DistributionFileName } from '../names/distribution-file-name.ts';
import type { ProjectName } from '../names/project-name.ts';
import { parseWheelFileName } from '../names/wheel-file-name.ts';
import { chunksOf } from '../ports/byte-source.ts';
import type { Log } from '../ports/log.ts';
import type { Store, StoredObject } from '../ports/store.ts';
import { GatehouseError } from '../problems/error.ts';
import { tellingOf } from '../problems/problem.ts';
import { isDamaged, readJsonObject } from '../store/read-json-object.ts';
import { readWheel } from '../wheel/read-wheel.ts';
import type { Damage } from './damage.ts';
import { holds } from './served-bytes.ts';

export interface VerifiedWheels {
  readonly stored: ReadonlySet<DistributionFileName>;
  readonly damaged: ReadonlySet<DistributionFileName>;
  /** Of each wheel and its metadata, from their bytes. */
  readonly digests: ReadonlyMap<ObjectKey, Digests>;
  readonly problems: readonly Damage[];
}

interface VerifyWheelsWorld {
  readonly store: Store;
  readonly log: Log;
}

/**
 * Reads every byte of a project's wheels again, and holds them against what entered, and the metadata beside each against
 * what is in the wheel. One after the other: memory holds one wheel's metadata.
 */
export async function verifyWheels(project: ProjectName, world: VerifyWheelsWorld): Promise<VerifiedWheels> {
  const stored = new Set<DistributionFileName>();
  const damaged = new Set<DistributionFileName>();
  const digests = new Map<ObjectKey, Digests>();
  const problems: Damage[] = [];
  // What is no file is told of with the project.
  for await (const { key, size } of world.store.list(simplePrefix(project), () => {})) {
    const place = simplePlace(key);
    if (place.kind !== 'file') continue;
    const found = await verifyWheel({ project, fileName: place.fileName, key }, digests, world);
    stored.add(place.fileName);
    if (found.length > 0) damaged.add(place.fileName);
    problems.push(...found);
    world.log({ type: 'verify.object', key, size, sound: found.length === 0 });
  }
  return { stored, damaged, digests, problems };
}

interface StoredWheel {
  readonly project: ProjectName;
  readonly fileName: DistributionFileName;
  readonly key: ObjectKey;
}

/** @param digests takes those of the wheel and of its metadata */
async function verifyWheel(
  wheel: StoredWheel,
  digests: Map<ObjectKey, Digests>,
  { store }: VerifyWheelsWorld,
): Promise<Damage[]> {
  const { key } = wheel;
  const object = await store.get(key);
  if (object === null) return [{ code: 'verify.missing', key, detail: 'went away while it was read' }];
  const found = await digestStream(chunksOf(object));
  digests.set(key, found);
  const { entered, problems } = await provenancesOf(wheel, store);
  if (problems.length > 0) return problems;
  if (entered.length === 0) {
    const hint = 'move it out of simple/, and name its project in the allowlist';
    return [{ code: 'verify.unknown', key, detail: 'has no provenance', hint }];
  }
  const provenance = entered.find(({ sha256 }) => sha256 === found.sha256);
  if (provenance !== undefined) return verifyMetadata(wheel, { object, provenance, digests }, store);
  const known = entered.map(({ sha256 }) => sha256).join(' or ');
  return [
    { code: 'verify.bytes', key, detail: `its bytes have sha256 ${found.sha256}; what entered had ${known}`, hint },
  ];
}

const hint = 'delete the wheel and its metadata: gatehouse sync fetches both again, if the allowlist still needs it';

async function provenancesOf({ project, fileName }: StoredWheel, store: Store) {
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

interface ReadWheel {
  readonly object: StoredObject;
  readonly provenance: FileProvenance;
  readonly digests: Map<ObjectKey, Digests>;
}

async function verifyMetadata(
  { project, fileName, key }: StoredWheel,
  { object, provenance, digests }: ReadWheel,
  store: Store,
): Promise<Damage[]> {
  const at = simpleMetadataKey(project, fileName);
  const metadata = await store.get(at);
  if (metadata === null) return [{ code: 'verify.metadata', key: at, detail: 'does not exist', hint }];
  const found = await digestStream(chunksOf(metadata));
  digests.set(at, found);
  const inside = await metadataOf(object, fileName);
  if (inside instanceof GatehouseError) return [{ code: 'verify.unreadable', key, ...tellingOf(inside) }];
  const isSame = found.sha256 === provenance.metadataSha256 && (await holds(metadata, inside));
  return isSame ? [] : [{ code: 'verify.metadata', key: at, detail: "is not the wheel's METADATA", hint }];
}

/** `METADATA` as the wheel has it, or why the wheel is not sound. */
async function metadataOf(object: StoredObject, fileName: DistributionFileName): Promise<Uint8Array | GatehouseError> {
  const name = parseWheelFileName(fileName);
  if (!name.ok) throw new GatehouseError('internal.bug', `${fileName} ${name.message}`);
  try {
    return (await readWheel(object, name.wheel)).metadataBytes;
  } catch (error) {
    if (error instanceof GatehouseError && error.code === 'package.refused') return error;
    throw error;
  }
}
