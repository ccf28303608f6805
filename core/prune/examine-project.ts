import { isOwnFile, readFileProvenance } from '../documents/simple/file-provenance.ts';
import { type FileDecision, readProjectControl } from '../documents/simple/project-control.ts';
import { generationOf } from '../index/put-if-newer.ts';
import {
  projectControlKey,
  projectPageKey,
  projectStateKey,
  simpleFileKey,
  simplePages,
  simplePrefix,
} from '../layout/keys.ts';
import type { ProjectName } from '../names/project-name.ts';
import type { ObjectHead, Store } from '../ports/store.ts';
import { type FilesAt, filesIn } from '../simple/files-in.ts';
import { type ListedFile, readProjectState } from '../simple/project-state.ts';
import type { PageState } from '../simple/read-state.ts';
import { isDamaged } from '../store/read-json-object.ts';
import { storedDigests } from '../store/stored-digests.ts';
import { type Examined, examined, unsure } from './examined.ts';
import { freshForMs, type Garbage, type Guard, type PruneWorld, withdrawalOf, withdrawnReason } from './garbage.ts';

/**
 * Finds which wheels of one project nobody needs any more, each with the metadata beside it: those that control withdrew
 * and no page lists, and those that nothing was ever decided of, `retain` after they came. Only wheels that were fetched or
 * made, and still are as they were: what was published or copied in never goes. Provenance stays: it says what was served once. A race with a sync that wants a
 * wheel back ends as one for a package does (core/prune/withdrawn-packages.ts).
 */
export const examineProject = (world: PruneWorld, project: ProjectName): Promise<Examined> =>
  examined(simplePrefix(project), async () => {
    const { control, etag } = await readProjectControl(world.store, project);
    const { state, etag: stateEtag, damage } = await readProjectState(world.store, project);
    if (damage !== undefined) throw unsure(damage);
    if (state === null) return [];
    await expectPages(world.store, project, state);
    const guards = [
      { key: projectControlKey(project), etag },
      { key: projectStateKey(project), etag: stateEtag },
    ];
    const listed = new Set(state.content.map(({ fileName }) => fileName));
    const garbage: Garbage[] = [];
    for (const at of await filesIn(project, world.store)) {
      if (listed.has(at.fileName)) continue;
      garbage.push(...(await garbageOf({ project, ...at, decision: control.files[at.fileName], guards }, world)));
    }
    return garbage;
  });

/**
 * A page that is behind its state may list what that does not; where there is none, an indexer may be about to write the
 * first, of an older state.
 */
async function expectPages(store: Store, project: ProjectName, { generation }: PageState<ListedFile[]>): Promise<void> {
  for (const page of simplePages) {
    const key = projectPageKey(project, page);
    const object = await store.get(key);
    if (object !== null && generationOf(object.metadata) >= generation) continue;
    throw unsure(`${key} ${object === null ? 'is missing' : 'is behind its state'}`);
  }
}

interface Unlisted extends FilesAt {
  readonly project: ProjectName;
  readonly decision: FileDecision | undefined;
  readonly guards: readonly Guard[];
}

/** A wheel, and then its metadata: what is left of a wheel without would be out of order. */
async function garbageOf(unlisted: Unlisted, world: PruneWorld): Promise<Garbage[]> {
  const { project, fileName, file, metadata, guards } = unlisted;
  const unneeded = whyUnneeded(unlisted, world);
  if (unneeded === null || (file !== null && !(await isAsFetched(file, unlisted, world.store)))) return [];
  const wheel: Guard = { key: simpleFileKey(project, fileName), etag: null };
  return [
    ...(file === null ? [] : [{ ...file, ...unneeded, kind: 'wheel' as const, guards }]),
    ...(metadata === null ? [] : [{ ...metadata, ...unneeded, kind: 'metadata' as const, guards: [...guards, wheel] }]),
  ];
}

/** From when on a wheel is garbage, and why; null while it is needed. */
function whyUnneeded(
  { file, metadata, decision }: Unlisted,
  { retain }: PruneWorld,
): Pick<Garbage, 'due' | 'reason'> | null {
  const modified = Math.max(file?.modified ?? 0, metadata?.modified ?? 0);
  if (decision === undefined) {
    return { due: modified + Math.max(retain, freshForMs), reason: 'nothing was decided of it' };
  }
  const withdrawn = withdrawalOf(decision);
  if (withdrawn === undefined) return null;
  return { due: Math.max(withdrawn.at + retain, modified + freshForMs), reason: withdrawnReason(withdrawn) };
}

/** Whether the very bytes came from an index; what cannot be known is not so. */
async function isAsFetched(
  { key, etag }: ObjectHead,
  file: Pick<Unlisted, 'project' | 'fileName'>,
  store: Store,
): Promise<boolean> {
  const object = await store.get(key);
  if (object?.etag !== etag) return false;
  const { sha256 } = await storedDigests(object);
  try {
    const entered = await readFileProvenance(store, file, sha256);
    return entered !== null && !isOwnFile(entered);
  } catch (error) {
    if (isDamaged(error)) return false;
    throw error;
  }
}
