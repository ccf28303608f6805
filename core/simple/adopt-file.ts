import type { Finding } from '../archive/finding.ts';
import { type FileProvenance, readFileProvenance } from '../documents/simple/file-provenance.ts';
import { listingProblem } from '../gate/door/listing-problem.ts';
import { fileThatLies } from '../gate/door/lying-file.ts';
import { canonicalJson } from '../json/json.ts';
import { fileProvenanceKey, simpleMetadataKey } from '../layout/keys.ts';
import { type Digests, sha256Of } from '../names/digest.ts';
import { parseWheelFileName } from '../names/wheel-file-name.ts';
import type { StoredObject } from '../ports/store.ts';
import { GatehouseError } from '../problems/error.ts';
import { type Problem, problemOf } from '../problems/problem.ts';
import { readSdistMetadata } from '../sdist/read-sdist-metadata.ts';
import { type CoreMetadata, checkRelease, readableRequiresPython } from '../wheel/core-metadata.ts';
import { readWheel } from '../wheel/read-wheel.ts';
import type { FileAtRest, LookWorld } from './file-at-rest.ts';

/** What entered of a file, and what lies beside it. */
export interface Adopted {
  readonly provenance: FileProvenance;
  /** Of what lies beside a wheel now; null of a source distribution. */
  readonly metadataEtag: string | null;
}

/**
 * Adopts a file that somebody put into a project's folder by hand: a wheel that is sound, its files those of its `RECORD`,
 * or a source distribution whose `PKG-INFO` agrees with its name; and the gate lets it through. The wheel's `METADATA` is written beside it, and then a
 * provenance, both create-only: cut off between the two, the next look does the rest. From then on it is held against its
 * bytes, and so one that is still being copied must not be taken for whole: its readers ask for its end.
 *
 * @returns what is wrong with the file, which costs it alone
 * @throws GatehouseError `store.*` when the store fails
 */
export async function adoptFile(
  file: FileAtRest,
  { object, digests }: { readonly object: StoredObject; readonly digests: Digests },
  world: LookWorld,
): Promise<Adopted | Problem> {
  const { project, fileName, head } = file;
  const read = await unlessUnsound(head.key, describe(file, object));
  if ('code' in read) return read;
  const release = read.metadata.version.text;
  const keptOut = await listingProblem(fileThatLies({ ...file, release }, null, { bytes: object, digests }), world);
  if (keptOut !== null) return keptOut;
  const metadata = read.beside === null ? { etag: null } : await keepMetadata(file, read.beside, world);
  if ('code' in metadata) return metadata;
  const { sha256, size } = digests;
  const firstSeen = world.clock.now();
  const copied: FileProvenance = {
    ...{ version: 1, project, fileName, sha256, size },
    release,
    metadataSha256: read.beside && sha256Of(read.beside),
    requiresPython: readableRequiresPython(read.metadata),
    uploadTime: new Date(Math.min(Math.max(object.modified, 0), firstSeen)).toISOString(),
    origin: { type: 'copied' },
    findings: [...read.findings],
    firstSeen,
  };
  return { provenance: await keepProvenance(copied, world), metadataEtag: metadata.etag };
}

/** What was read of a file, or why not: it is not sound, or was written to meanwhile. */
export async function unlessUnsound<T>(subject: string, reading: Promise<T>): Promise<T | Problem> {
  try {
    return await reading;
  } catch (error) {
    if (!(error instanceof GatehouseError) || !['package.refused', 'store.conflict'].includes(error.code)) throw error;
    const hint = 'if it is still being copied, run gatehouse index again; else replace it, or move it out of simple/';
    return { ...problemOf(error, subject), hint };
  }
}

interface Described {
  readonly metadata: CoreMetadata;
  readonly findings: readonly Finding[];
  /** `METADATA` of a wheel, which lies beside it; null of a source distribution. */
  readonly beside: Uint8Array | null;
}

async function describe({ project, fileName }: FileAtRest, object: StoredObject): Promise<Described> {
  const wheel = parseWheelFileName(fileName);
  if (!wheel.ok) {
    const { metadata, findings } = await readSdistMetadata(object, fileName);
    // Of `demo-1-1.tar.gz` the project may be demo or demo-1.
    checkRelease(metadata, { project, version: metadata.version }, 'PKG-INFO');
    return { metadata, findings, beside: null };
  }
  const { metadata, findings, metadataBytes } = await readWheel(object, wheel.wheel);
  return { metadata, findings, beside: metadataBytes };
}

/** What lies beside the wheel already is its METADATA, or nobody knows who wrote it: pip would refuse the wheel. */
async function keepMetadata(
  { project, fileName, head }: FileAtRest,
  metadata: Uint8Array,
  { store, digestsOf }: LookWorld,
): Promise<{ readonly etag: string } | Problem> {
  const key = simpleMetadataKey(project, fileName);
  const written = await store.put(key, metadata, { absent: true });
  if (written.status === 'written') return written;
  const there = await store.get(key);
  if (there === null) throw new GatehouseError('store.conflict', `${key} could not be written`, { retry: true });
  if ((await digestsOf(there)).sha256 === sha256Of(metadata)) return there;
  const hint = `delete ${key}: gatehouse index writes it anew`;
  return { code: 'index.metadata', subject: head.key, detail: `${key} is not the wheel's METADATA`, hint };
}

/** Create-only: of two workers that adopt a file at once, the first says when it was seen first. */
async function keepProvenance(provenance: FileProvenance, { store }: LookWorld): Promise<FileProvenance> {
  const { project, fileName, sha256 } = provenance;
  const key = fileProvenanceKey(project, fileName, sha256);
  const { status } = await store.put(key, Buffer.from(canonicalJson(provenance)), { absent: true });
  const first = status === 'written' ? provenance : await readFileProvenance(store, provenance, sha256);
  if (first === null) throw new GatehouseError('store.conflict', `${key} could not be written`, { retry: true });
  return first;
}
