import { thisStore } from '../documents/published/this-store.ts';
import { soundFileProvenance, sourceSha256 } from '../documents/simple/file-provenance.ts';
import { type ProjectControl, readProjectControl } from '../documents/simple/project-control.ts';
import type { SimpleFile } from '../documents/simple/simple-plan.ts';
import { type ObjectKey, simpleFileKey, simpleMetadataKey, simplePrefix } from '../layout/keys.ts';
import type { Sha256 } from '../names/digest.ts';
import type { ProjectName } from '../names/project-name.ts';
import type { ObjectHead, Store } from '../ports/store.ts';
import { type ListedFile, readProjectState } from '../simple/project-state.ts';
import { storedDigests } from '../store/stored-digests.ts';

/** What the store has of a project for pip. */
export interface ProjectAtRest {
  readonly control: ProjectControl;
  readonly heads: ReadonlyMap<ObjectKey, ObjectHead>;
  /** The files that its pages list. */
  readonly listed: readonly ListedFile[];
}

export async function readProjectAtRest(store: Store, project: ProjectName): Promise<ProjectAtRest> {
  const { control } = await readProjectControl(store, project);
  const heads = new Map<ObjectKey, ObjectHead>();
  for await (const head of store.list(simplePrefix(project), () => {})) heads.set(head.key, head);
  const { state } = await readProjectState(store, project);
  return { control, heads, listed: state?.content ?? [] };
}

/**
 * The sha256 of the file of an index that the store's file is, or was read from. Null when it is not all there, or nobody
 * knows of what it was read: fetching it then brings what is missing, or says what is wrong.
 */
export async function storedSource(file: SimpleFile, atRest: ProjectAtRest, store: Store): Promise<Sha256 | null> {
  const sha256 = await storedSha256(file, atRest, store);
  if (sha256 === null) return null;
  const provenance = await soundFileProvenance(store, file, sha256);
  // The organisation's own is what it is, whatever it was read of before it was published.
  if (provenance !== null) return file.index === thisStore ? sha256 : sourceSha256(provenance);
  return file.sdist !== undefined || sha256 === file.sha256 ? null : sha256;
}

async function storedSha256(
  { project, fileName }: SimpleFile,
  { heads, listed }: ProjectAtRest,
  store: Store,
): Promise<Sha256 | null> {
  const key = simpleFileKey(project, fileName);
  const [bytes, metadata] = [heads.get(key), heads.get(simpleMetadataKey(project, fileName))];
  if (bytes === undefined || metadata === undefined) return null;
  const known = listed.find((one) => one.fileName === fileName);
  if (known?.etag === bytes.etag && known.metadataEtag === metadata.etag) return known.entered.sha256;
  const object = await store.get(key);
  return object === null ? null : (await storedDigests(object)).sha256;
}
