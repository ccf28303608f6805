import { refuse } from '../archive/finding.ts';
import { type FileProvenance, readFileProvenance, sourceSha256 } from '../documents/simple/file-provenance.ts';
import { type SimpleFile, simpleFileId } from '../documents/simple/simple-plan.ts';
import { keptBytes } from '../gate/door/kept-bytes.ts';
import { letThrough } from '../gate/door/let-through.ts';
import { expectSameBytes } from '../gate/door/other-bytes.ts';
import { fileAtTheDoor } from '../gate/door/planned-file.ts';
import type { Gate } from '../gate/gate.ts';
import { canonicalJson } from '../json/json.ts';
import { fileProvenanceKey, type ObjectKey, simpleFileKey, simpleMetadataKey } from '../layout/keys.ts';
import { type Sha256, sha256Of } from '../names/digest.ts';
import { sameBytes } from '../ports/byte-source.ts';
import type { Store } from '../ports/store.ts';
import { GatehouseError } from '../problems/error.ts';
import { shownUrl } from '../problems/shown-url.ts';
import { expectRoom } from '../python-index/stage-bytes.ts';
import {
  type StagedWheel,
  stageWheel,
  type WheelSource,
  type WheelWorld,
  wheelNameOf,
} from '../python-index/stage-wheel.ts';
import { sdistReaderRevision } from '../sdist/unpack-sdist.ts';
import { putOnce } from '../store/put-once.ts';
import { storedDigests } from '../store/stored-digests.ts';
import {
  type Brought,
  type FetchOutcome,
  fetchOutcome,
  isStillWanted,
  superseded,
  type WantedStill,
} from '../upstream/fetch-outcome.ts';
import { asksOf, readableRequiresPython } from '../wheel/core-metadata.ts';
import { readWheel, type Wheel } from '../wheel/read-wheel.ts';

type FetchFileWorld = WheelWorld & WantedStill & { readonly gate: Gate };

/**
 * Brings one file for pip into the store: a wheel of an index as it is, or the one that is read of its source
 * distribution. It is held to its name and the plan, and judged by the gate; then its provenance is written, its
 * `METADATA` beside it, and only then the file under its name. None of the three is ever overwritten, and no page names a
 * file that lacks one of them, so a run that is cut off anywhere is finished by the next. Safe to run twice and by many at
 * once. Emits `fetch.*` events.
 *
 * @throws GatehouseError `store.*`: {@link fetchOutcome}; `json.invalid` when its provenance is damaged
 */
export async function fetchFile(file: SimpleFile, world: FetchFileWorld): Promise<FetchOutcome> {
  const key = simpleFileKey(file.project, file.fileName);
  return fetchOutcome({ key, subject: simpleFileId(file), log: world.log }, () => bring(key, file, world));
}

async function bring(key: ObjectKey, file: SimpleFile, world: FetchFileWorld): Promise<Brought> {
  const { store } = world;
  const there = await findInStore(key, file, store);
  if (there !== null) return { status: 'present', size: there };
  await using staged = await stagedOf(key, file, world);
  if (file.sdist === undefined) await expectSameBytes(simpleFileId(file), staged.digests.sha256, store);
  const problem = await letThrough(await fileAtTheDoor(file, staged), staged.staged, world);
  if (problem !== null) return { status: 'held', problem };
  const wheel = await readWheel(await staged.staged.source(), staged.name);
  if (file.asks !== undefined && asksOf(wheel.metadata) !== file.asks) {
    refuse('wheel.metadata', `the METADATA of ${file.fileName} asks for something else than its index said`);
  }
  if (!(await isStillWanted(world))) return superseded;
  await writeProvenance(provenanceOf(file, { staged, wheel }, world.clock.now()), store);
  await writeMetadata(file, wheel.metadataBytes, store);
  const { sha256, md5, size } = staged.digests;
  const { status } = await staged.staged.publish(key, { sha256, md5 });
  if (status === 'written') return { status: 'stored', size };
  await expectInStore(key, sha256, store);
  return { status: 'present', size };
}

/** The wheel that the gate kept of it, else that of its index. Of one that is read of an sdist nobody knows the sha256 before. */
async function stagedOf(key: ObjectKey, file: SimpleFile, world: FetchFileWorld): Promise<StagedWheel> {
  // What is read of an sdist is about as large, and beside it.
  expectRoom((file.size ?? 0) * (file.sdist === undefined ? 1 : 2), world);
  const { log } = world;
  log({ type: 'fetch.started', key, size: file.size ?? 0 });
  const progress = (bytes: number) => log({ type: 'fetch.progress', key, received: bytes, size: file.size ?? bytes });
  const kept = file.sdist === undefined ? await keptBytes(file.sha256, world) : null;
  if (kept !== null) return { ...kept, name: wheelNameOf(file.fileName), findings: [] };
  const staged = await stageWheel(sourceOf(file), world, progress);
  if (staged.name.fileName === file.fileName && staged.name.project === file.project) return staged;
  await staged[Symbol.asyncDispose]();
  return refuse(
    'wheel.file-name',
    `${file.fileName} of ${file.project} was planned, and it is ${staged.name.fileName}`,
  );
}

const sourceOf = ({ sdist, index, fileName, url, sha256, size, release, uploadTime }: SimpleFile): WheelSource => ({
  from: sdist === undefined ? 'wheel' : 'sdist',
  index,
  fileName: sdist ?? fileName,
  url,
  sha256,
  size,
  version: release,
  timestamp: uploadTime === null ? 0 : Date.parse(uploadTime),
  ...(sdist !== undefined && { pythons: wheelNameOf(fileName).pythons }),
});

/** The size of the file that is there whole, with its provenance and metadata; null when something is missing yet. */
async function findInStore(key: ObjectKey, file: SimpleFile, store: Store): Promise<number | null> {
  const object = await store.get(key);
  if (object === null) return null;
  const { sha256 } = await storedDigests(object);
  if (file.sdist === undefined && sha256 !== file.sha256) throw mutated(key, `expected sha256 ${file.sha256}`, sha256);
  const entered = await readFileProvenance(store, file, sha256);
  if (entered === null) return null;
  if (sourceSha256(entered) !== file.sha256) throw mutated(key, `not read of ${file.sdist}`, sha256);
  const metadata = await store.read(simpleMetadataKey(file.project, file.fileName));
  if (metadata === null) return null;
  if (sha256Of(metadata.bytes) !== entered.metadataSha256) throw otherMetadata(metadata.key);
  return object.size;
}

/** Whoever was first must have published these very bytes. */
async function expectInStore(key: ObjectKey, expected: Sha256, store: Store): Promise<void> {
  const object = await store.get(key);
  if (object === null) {
    throw new GatehouseError('store.conflict', `${key} was refused, yet nothing is there`, { retry: true });
  }
  const { sha256 } = await storedDigests(object);
  if (sha256 !== expected) throw mutated(key, `expected sha256 ${expected}`, sha256);
}

const mutated = (key: ObjectKey, fault: string, sha256: Sha256): GatehouseError =>
  new GatehouseError(
    'fetch.mutated',
    `A2.mutated: the store holds other bytes under this name: ${fault}, got ${sha256}`,
    {
      hint: `find out where they come from; once ${key} is deleted, a sync fetches it again`,
    },
  );

const otherMetadata = (key: ObjectKey): GatehouseError =>
  new GatehouseError('fetch.mutated', `${key} is not the METADATA of its wheel, which pip would refuse`, {
    hint: `find out who wrote it; once it is deleted, a sync writes it again`,
  });

function provenanceOf(
  file: SimpleFile,
  { staged, wheel }: { readonly staged: StagedWheel; readonly wheel: Wheel },
  firstSeen: number,
): FileProvenance {
  const { project, fileName, release, uploadTime } = file;
  const { sha256, size } = staged.digests;
  return {
    version: 1,
    project,
    fileName,
    sha256,
    size,
    release,
    metadataSha256: sha256Of(wheel.metadataBytes),
    requiresPython: readableRequiresPython(wheel.metadata),
    uploadTime: uploadTime ?? new Date(wheel.modified).toISOString(),
    origin: originOf(file, staged.etag ?? null),
    findings: [...staged.findings, ...wheel.findings],
    firstSeen,
  };
}

function originOf(
  { sdist, index, url, sha256, attestations }: SimpleFile,
  etag: string | null,
): FileProvenance['origin'] {
  const from = { index, url: shownUrl(url) };
  if (sdist === undefined) {
    return {
      type: 'index',
      ...from,
      ...(etag !== null && { etag }),
      ...(attestations !== undefined && { attestations }),
    };
  }
  return { type: 'made', ...from, fileName: sdist, sha256, revision: sdistReaderRevision };
}

/** Written before anybody can see the file; what an earlier try wrote stands. */
async function writeProvenance(provenance: FileProvenance, store: Store): Promise<void> {
  const { project, fileName, sha256 } = provenance;
  await putOnce(store, fileProvenanceKey(project, fileName, sha256), Buffer.from(canonicalJson(provenance)));
}

async function writeMetadata({ project, fileName }: SimpleFile, bytes: Uint8Array, store: Store): Promise<void> {
  const key = simpleMetadataKey(project, fileName);
  await putOnce(store, key, bytes);
  const there = await store.read(key);
  if (there !== null && !sameBytes(there.bytes, bytes)) throw otherMetadata(key);
}
