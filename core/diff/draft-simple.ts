import { pinnedWheels } from '../documents/allowlist/own-projects.ts';
import type { Allowlist } from '../documents/allowlist/parse-allowlist.ts';
import { thisStore } from '../documents/published/this-store.ts';
import { whoseFile } from '../documents/simple/file-provenance.ts';
import type { FileDecision } from '../documents/simple/project-control.ts';
import { type FileDecisions, type SimpleFile, type SimplePlan, simpleFileId } from '../documents/simple/simple-plan.ts';
import { canonicalJson } from '../json/json.ts';
import { type DistributionFileName, distributionFileNameSchema } from '../names/distribution-file-name.ts';
import type { ProjectName } from '../names/project-name.ts';
import { isReserved } from '../names/reserved-names.ts';
import type { Store } from '../ports/store.ts';
import type { Problem } from '../problems/problem.ts';
import type { ProjectFile } from '../python-index/project-file.ts';
import type { MergedForPip } from '../resolve/merge-resolved.ts';
import { type ListedFile, shownOf } from '../simple/project-state.ts';
import { projectsWithControl } from '../simple/projects-in.ts';
import { keptBound } from './kept-bound.ts';
import { type ProjectAtRest, readProjectAtRest, storedSource } from './stored-file.ts';
import { type Leaving, type LeavingWorld, leaving, reservedReason } from './unneeded.ts';

export interface SimpleWorld extends LeavingWorld {
  readonly store: Store;
  /** False when the plan is partial: then nothing leaves. */
  readonly complete: boolean;
  readonly entries: Allowlist['entries'];
  /** Names that are the organisation's own, with all below them. */
  readonly reserved: readonly string[];
  /** A file as its index has it now; null where it has none such, or cannot be read. */
  readonly upstreamFile: (project: ProjectName, fileName: DistributionFileName) => Promise<ProjectFile | null>;
}

export interface SimpleDraft {
  readonly simple: SimplePlan;
  readonly problems: readonly Problem[];
}

/**
 * Compares the files that pip needs, and all that control knows of, with the store. What is new or comes back is decided at
 * once; what a page would say otherwise, and what leaves, waits until everything is fetched, for till then the old
 * solution must hold. It needs no proof: what the plan needs stays listed, and is a solution.
 */
export async function draftSimple(
  { files, outcomes }: Pick<MergedForPip, 'files' | 'outcomes'>,
  world: SimpleWorld,
): Promise<SimpleDraft> {
  const drafted: DraftedFile[] = [];
  const wanted = Map.groupBy(files, ({ project }) => project);
  for (const project of await projectsAtStake([...wanted.keys()], world.store)) {
    const atRest = await readProjectAtRest(world.store, project);
    const own = wanted.get(project) ?? [];
    for (const file of own) drafted.push(await draftWanted(file, atRest, world));
    if (!world.complete) continue;
    for (const file of othersOf(project, own, atRest)) drafted.push(await draftOther(file, own, atRest, world));
  }
  const ids = (is: (one: DraftedFile) => boolean) => drafted.filter(is).map(simpleFileId).sort();
  const simple = {
    files: [...files],
    add: ids(({ step }) => step === 'add'),
    drop: ids(({ step }) => step === 'drop'),
    change: ids(({ step }) => step === 'change'),
    entries: [...outcomes],
    decisions: decisionsOf(drafted, ({ decision }) => decision),
    alterations: decisionsOf(drafted, ({ alteration }) => alteration),
  };
  return { simple, problems: drafted.flatMap(({ problem }) => problem ?? []) };
}

/** Those that are wanted, and those that control knows of. */
async function projectsAtStake(wanted: readonly ProjectName[], store: Store): Promise<ProjectName[]> {
  return [...new Set([...wanted, ...(await projectsWithControl(store))])].sort();
}

interface DraftedFile extends Pick<SimpleFile, 'project' | 'fileName'> {
  readonly step: 'add' | 'change' | 'drop' | 'keep';
  readonly before: FileDecision | undefined;
  /** What control is to say at once; null for nothing new. */
  readonly decision: FileDecision | null;
  /** And once everything is fetched. */
  readonly alteration: FileDecision | null;
  readonly problem?: Problem;
}

/** Compares a file with what the store has. Other bytes under a known name are an alarm, and change nothing. */
async function draftWanted(file: SimpleFile, atRest: ProjectAtRest, world: SimpleWorld): Promise<DraftedFile> {
  const { project, fileName } = file;
  const before = atRest.control.files[fileName];
  const own = { project, fileName, before };
  const source = await storedSource(file, atRest, world.store);
  if (source === null && file.index === thisStore) return { ...own, step: 'keep', decision: null, alteration: null };
  if (source !== null && source !== file.sha256) {
    const detail = `${file.url} has other bytes than the store's file has, or was made from; nothing was changed`;
    const hint = "gatehouse verify tells whether the store's file is the one that is damaged";
    const problem = { code: 'fetch.mutated', subject: simpleFileId(file), detail, hint };
    return { ...own, step: 'keep', decision: null, alteration: null, problem };
  }
  const { covers, solved } = world.claims;
  // An entry that did not solve this time claims what it brought before.
  const others = (before?.why ?? []).filter((id) => !file.why.includes(id) && covers(id) && !solved(id));
  const why = [...file.why, ...others];
  const next: FileDecision = { why, ...shownOf(file) };
  if (source === null) return { ...own, step: 'add', decision: next, alteration: null };
  const isListed = before !== undefined && before.withdrawn === undefined;
  if (!isListed || canonicalJson(shownOf(before)) === canonicalJson(shownOf(next))) {
    return { ...own, step: 'keep', decision: next, alteration: null };
  }
  return { ...own, step: 'change', decision: { why, ...shownOf(before) }, alteration: next };
}

/** A file that control knows of. */
type KnownFile = Pick<DraftedFile, 'project' | 'fileName'> & { readonly before: FileDecision };

/** What is listed, and the plan does without. Nothing comes to be by itself: what control does not know of is none of it. */
function othersOf(project: ProjectName, wanted: readonly SimpleFile[], { control }: ProjectAtRest): KnownFile[] {
  const names = new Set<string>(wanted.map(({ fileName }) => fileName));
  return Object.entries(control.files).flatMap(([name, before]) => {
    const fileName = distributionFileNameSchema.safeParse(name);
    // Only what is the organisation's own is yanked, and that never leaves by itself. What is recalled has left.
    const isKept = (before.withdrawn ?? before.yank ?? before.recalled) !== undefined;
    const isOther = fileName.success && !names.has(name) && !isKept;
    return isOther ? [{ project, fileName: fileName.data, before }] : [];
  });
}

/**
 * It leaves, or stays and follows upstream's yank and what entries say of python. What was published or copied in never
 * leaves by itself, whoever came to need it.
 */
async function draftOther(
  file: KnownFile,
  wanted: readonly SimpleFile[],
  atRest: ProjectAtRest,
  world: SimpleWorld,
): Promise<DraftedFile> {
  const listed = atRest.listed.find(({ fileName }) => fileName === file.fileName);
  const isOwn = file.before.published !== undefined || (await whoseFile(world.store, file)) === 'own';
  const next: Leaving<FileDecision> = isOwn ? { step: 'stay' } : leftBehind(file, { listed, wanted }, world);
  const bound = keptBound(file, listed, { wanted, entries: world.entries });
  const unsaid = !isOwn && bound !== null && 'reason' in bound ? bound.reason : null;
  const reason = next.step === 'leave' ? next.reason : unsaid;
  if (reason !== null) return droppedFile(file, { at: world.now, reason });
  const decision = next.step === 'wait' ? next.override : file.before;
  const { yanked, requiresPython } = { ...shownOf(decision), ...bound, ...(await followedYank(file, listed, world)) };
  const { yanked: _, requiresPython: __, ...rest } = decision;
  const shown = shownOf({ ...rest, yanked, requiresPython });
  const isSame = canonicalJson(shown) === canonicalJson(shownOf(decision));
  return { ...file, step: isSame ? 'keep' : 'change', decision, alteration: isSame ? null : { ...rest, ...shown } };
}

/** What came under a name that is reserved now waits for no fetch. */
function droppedFile(file: KnownFile, withdrawn: { readonly at: number; readonly reason: string }): DraftedFile {
  const said = { ...file.before, withdrawn };
  const [decision, alteration] = withdrawn.reason === reservedReason ? [said, null] : [null, said];
  return { ...file, step: 'drop', decision, alteration };
}

/**
 * What becomes of what came of an index. It leaves where its name is reserved now, whoever needed it, and beside a wheel
 * that an entry names, once that is there: pip would take a higher version from the same page.
 */
function leftBehind(
  { project, before }: KnownFile,
  { listed, wanted }: { readonly listed: ListedFile | undefined; readonly wanted: readonly SimpleFile[] },
  world: SimpleWorld,
): Leaving<FileDecision> {
  if (isReserved(project, world.reserved)) return { step: 'leave', at: world.now, reason: reservedReason };
  const named = pinnedWheels(project, world);
  const isOther = listed !== undefined && !named.includes(listed.entered.sha256);
  if (isOther && wanted.some(({ sha256 }) => named.includes(sha256)))
    return { step: 'leave', at: world.now, reason: 'the allowlist names another wheel of its project' };
  return leaving(before.why, before, world);
}

/** What upstream says now of the same bytes; nothing where it has none such, or cannot be read. Of its own it is not asked. */
async function followedYank(
  { project, fileName }: KnownFile,
  listed: ListedFile | undefined,
  { upstreamFile }: SimpleWorld,
): Promise<Pick<FileDecision, 'yanked'>> {
  const isAsked = listed !== undefined && listed.own !== true;
  const now = isAsked ? await upstreamFile(project, fileName) : null;
  if (now === null || now.sha256 !== listed?.entered.sha256) return {};
  return { yanked: now.yanked === false ? undefined : now.yanked };
}

/** Only what differs from what control says already: a run that changes nothing writes nothing. */
function decisionsOf(drafted: readonly DraftedFile[], which: (one: DraftedFile) => FileDecision | null): FileDecisions {
  const decisions: FileDecisions = {};
  for (const one of drafted) {
    const next = which(one);
    const { yank, published, recalled } = one.before ?? {};
    const said = next && { ...next, yank, published, recalled };
    if (said === null || canonicalJson(said) === canonicalJson(one.before ?? null)) continue;
    decisions[one.project] = { ...decisions[one.project], [one.fileName]: said };
  }
  return decisions;
}
