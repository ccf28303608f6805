import { defaultPolicy } from '../../../core/documents/gate/policy.ts';
import { type FileProvenance, fileProvenanceSchema } from '../../../core/documents/simple/file-provenance.ts';
import {
  emptyProjectControl,
  type FileDecision,
  type ProjectControl,
  readProjectControl,
} from '../../../core/documents/simple/project-control.ts';
import { canonicalJson } from '../../../core/json/json.ts';
import {
  fileProvenanceKey,
  type ObjectKey,
  projectControlKey,
  projectPageKey,
  rootPageKey,
  type SimplePage,
  simpleFileKey,
  simpleMetadataKey,
} from '../../../core/layout/keys.ts';
import { sha256Of, startDigests } from '../../../core/names/digest.ts';
import { type ProjectName, projectNameSchema } from '../../../core/names/project-name.ts';
import { parseSdistFileName } from '../../../core/names/sdist-file-name.ts';
import type { WheelFileName } from '../../../core/names/wheel-file-name.ts';
import type { Event } from '../../../core/ports/log.ts';
import type { Store } from '../../../core/ports/store.ts';
import { type IndexedProjects, indexProjects } from '../../../core/steps/index-projects.ts';
import { readOnlyStore } from '../../../core/store/read-only-store.ts';
import type { VerifyReport } from '../../../core/verify/damage.ts';
import { verifyProjects } from '../../../core/verify/verify-projects.ts';
import { verifyVerdicts } from '../../../core/verify/verify-verdicts.ts';
import { type MemoryStore, memoryStore } from '../../twins/store-memory.ts';
import { testGate } from '../gate/test-gate.ts';
import { buildSdist } from '../python/build-sdist.ts';
import { buildWheel, type RawWheel, wheelName } from '../python/build-wheel.ts';

/** A file that can enter a store: its bytes, a wheel's metadata, and what is known of both. */
export interface EnteringFile {
  readonly name: Pick<WheelFileName, 'project' | 'fileName'>;
  readonly bytes: Uint8Array;
  readonly metadata: Uint8Array | null;
  readonly provenance: FileProvenance;
}

export interface EnteringWheel extends EnteringFile {
  readonly name: WheelFileName;
  readonly metadata: Uint8Array;
}

/** A small sound source distribution; `metadata` are lines of PKG-INFO behind name and version. */
export function enteringSdist(fileName: string, of: ProjectName, metadata = ''): EnteringFile {
  const name = parseSdistFileName(fileName, of);
  if (name === null) throw new Error(`${fileName} is no sdist of ${of}`);
  const pkgInfo = `Name: ${of}\nVersion: ${name.version.text}\n${metadata}`;
  const bytes = buildSdist({ format: name.format, files: { 'PKG-INFO': pkgInfo } });
  const provenance = fileProvenanceSchema.parse({
    ...enteringWheel({ fileName: 'demo-1.0-py3-none-any.whl' }).provenance,
    project: of,
    fileName,
    sha256: sha256Of(bytes),
    size: bytes.length,
    release: name.version.text,
    metadataSha256: null,
    requiresPython: /^Requires-Python: (.*)$/m.exec(metadata)?.[1] ?? null,
    origin: { type: 'published', by: 'ci' },
  });
  return { name: { project: of, fileName: name.fileName }, bytes, metadata: null, provenance };
}

/** A small sound wheel; `metadata` are lines of METADATA behind name and version. */
export function enteringWheel(raw: RawWheel & { readonly fileName: string }, entered: Partial<FileProvenance> = {}) {
  const bytes = buildWheel(raw);
  const name = wheelName(raw.fileName);
  const [project = '', version = ''] = raw.fileName.split('-');
  const metadata = Buffer.from(`Metadata-Version: 2.1\nName: ${project}\nVersion: ${version}\n${raw.metadata ?? ''}`);
  const provenance = fileProvenanceSchema.parse({
    version: 1,
    project: name.project,
    fileName: name.fileName,
    sha256: sha256Of(bytes),
    size: bytes.length,
    release: name.version.text,
    metadataSha256: sha256Of(metadata),
    requiresPython: null,
    uploadTime: '2026-01-02T03:04:05.678901Z',
    origin: { type: 'index', index: 'https://pypi.test/simple', url: `https://files.test/${raw.fileName}` },
    findings: [],
    firstSeen: 1,
    ...entered,
  });
  return { name, bytes, metadata, provenance } satisfies EnteringWheel;
}

export const project = (name: string): ProjectName => projectNameSchema.parse(name);

/** Writes an object as a fetch does, its digests noted beside it; what came first stays. */
export async function publishNoted(store: Store, key: ObjectKey, bytes: Uint8Array): Promise<void> {
  const digests = startDigests();
  digests.update(bytes);
  const { sha256, md5 } = digests.finish();
  await using staged = await store.stage();
  await staged.write(bytes);
  await staged.publish(key, { sha256, md5 });
}

/** What a fetch leaves of a wheel, or a publication, in the order in which it does: control has not decided of it yet. */
export async function enter(store: Store, { name, bytes, metadata, provenance }: EnteringFile): Promise<void> {
  const { project: where, fileName } = name;
  const key = fileProvenanceKey(where, fileName, provenance.sha256);
  await store.put(key, Buffer.from(canonicalJson(provenance)), { absent: true });
  if (metadata !== null) await store.put(simpleMetadataKey(where, fileName), metadata, { absent: true });
  await publishNoted(store, simpleFileKey(where, fileName), bytes);
}

/** Puts a decision of a file in the place of the one there is, if any. */
export async function decide(
  store: Store,
  { project: where, fileName }: Pick<WheelFileName, 'project' | 'fileName'>,
  make: (decision: FileDecision) => FileDecision,
): Promise<void> {
  for (;;) {
    const { control, etag } = await readProjectControl(store, where);
    const decision = make(control.files[fileName] ?? { why: ['demo'] });
    const next: ProjectControl = { ...emptyProjectControl, files: { ...control.files, [fileName]: decision } };
    const condition = etag === null ? { absent: true as const } : { etag };
    const outcome = await store.put(projectControlKey(where), Buffer.from(canonicalJson(next)), condition);
    if (outcome.status === 'written') return;
  }
}

export interface SimpleScene {
  readonly store: MemoryStore;
  readonly events: Event[];
  /** A wheel that entered and that control decided of. */
  mirror(
    fileName: string,
    more?: Omit<RawWheel, 'fileName'>,
    entered?: Partial<FileProvenance>,
  ): Promise<EnteringWheel>;
  index(projects?: readonly string[], rebuild?: boolean): Promise<IndexedProjects>;
  /** The text of a project's page, or of the list of projects (null); undefined where there is none. */
  page(project: string | null, page: SimplePage): string | undefined;
}

/** What is wrong with a pip index, found by reading alone. */
export async function verifySimple(store: Store): Promise<VerifyReport> {
  const world = { store: readOnlyStore(store), clock: { now: () => 1_700_000_000_000 }, log: () => {} };
  return verifyProjects({ ...world, policy: defaultPolicy, verdicts: await verifyVerdicts(store) });
}

/** A pip index in a store in memory. */
export function simpleScene(store: MemoryStore = memoryStore()): SimpleScene {
  const events: Event[] = [];
  const clock = { now: () => 1_700_000_000_000, sleep: async () => {}, random: () => 0.5 };
  const world = { store, gate: testGate(store), clock, log: (event: Event) => events.push(event) };
  return {
    store,
    events,
    async mirror(fileName, more, entered) {
      const wheel = enteringWheel({ ...more, fileName }, entered);
      await enter(store, wheel);
      await decide(store, wheel.name, (decision) => decision);
      return wheel;
    },
    index: (projects, rebuild = false) => indexProjects(projects?.map(project) ?? 'all', world, { rebuild }),
    page(name, page) {
      const key = name === null ? rootPageKey(page) : projectPageKey(project(name), page);
      const entry = store.objects.get(key);
      return entry && Buffer.from(entry.bytes).toString('utf8');
    },
  };
}
