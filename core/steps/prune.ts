import { simplePrefix } from '../layout/keys.ts';
import type { ObjectHead } from '../ports/store.ts';
import type { Problem } from '../problems/problem.ts';
import { examineProject } from '../prune/examine-project.ts';
import { examineSubdir } from '../prune/examine-subdir.ts';
import type { Examined } from '../prune/examined.ts';
import { type Garbage, type GarbageKind, type PruneWorld, stillSo } from '../prune/garbage.ts';
import { agedObjects } from '../prune/unneeded-objects.ts';
import { projectsWithControl } from '../simple/projects-in.ts';
import { subdirsOf } from '../store/subdirs-of.ts';

interface Pruned extends Pick<ObjectHead, 'key' | 'size'> {
  readonly kind: GarbageKind;
  readonly reason: string;
}

export interface PruneReport {
  /** What was deleted, or what would be. */
  readonly objects: readonly Pruned[];
  /** What nobody needs either, and is kept for a while yet. */
  readonly later: { readonly objects: number; readonly bytes: number };
  /** Why something was not looked at, or is not done. */
  readonly problems: readonly Problem[];
}

/** Looks at one subdir or project: others may change its control and its state while it is pruned. */
const maxRounds = 5;

/**
 * Finds what no index, control, lock or snapshot needs and whose time is over, and deletes it when it is told to: each
 * object only if control, state and index are still what they were when it was found. Safe to run twice, beside a sync, and to be cut off
 * anywhere. Whoever deletes packages runs the index after it, which tells of withdrawn packages that can still be had.
 */
export async function prune(world: PruneWorld, { remove }: { readonly remove: boolean }): Promise<PruneReport> {
  const reports: PruneReport[] = [];
  // Of a subdir without control and state nothing is known, and so all is needed.
  for (const subdir of await subdirsOf(world, 'control or state')) {
    reports.push(await pruneOne(world, { subject: subdir, examine: () => examineSubdir(world, subdir), remove }));
  }
  // A wheel that nothing was decided of is needed too, and without control nothing was.
  for (const project of await projectsWithControl(world.store)) {
    const subject = simplePrefix(project);
    reports.push(await pruneOne(world, { subject, examine: () => examineProject(world, project), remove }));
  }
  const aged: Garbage[] = [];
  for await (const each of agedObjects(world)) aged.push(each);
  reports.push((await removeDue(world, { garbage: aged, problems: [] }, remove)).report);
  return sum(reports);
}

/** A subdir, or a project. */
interface Pruning {
  readonly subject: string;
  readonly examine: () => Promise<Examined>;
  readonly remove: boolean;
}

async function pruneOne(world: PruneWorld, { subject, examine, remove }: Pruning): Promise<PruneReport> {
  const objects: Pruned[] = [];
  for (let round = 0; round < maxRounds; round++) {
    const { report, done } = await removeDue(world, await examine(), remove);
    objects.push(...report.objects);
    if (done) return { ...report, objects };
  }
  const detail = 'kept changing while it was pruned; run it again';
  return { objects, later: none, problems: [{ code: 'prune.changed', subject, detail }] };
}

/** Deletes what is due. `done` is false when a guard is another object by now. */
async function removeDue(
  { store, clock }: PruneWorld,
  { garbage, problems }: Examined,
  remove: boolean,
): Promise<{ report: PruneReport; done: boolean }> {
  const now = clock.now();
  const due = garbage.filter((each) => each.due <= now);
  const later = totalOf(garbage.filter((each) => each.due > now));
  const objects: Pruned[] = [];
  for (const each of due) {
    const { key, size, kind, reason } = each;
    if (remove && !(await stillSo(store, each.guards))) return { report: { objects, later, problems }, done: false };
    if (!remove || (await removed(store, each))) objects.push({ key, size, kind, reason });
  }
  return { report: { objects, later, problems }, done: true };
}

/** False when the object is gone already, another, or written again, which S3's tags, made of content, do not tell. */
async function removed(store: PruneWorld['store'], { key, etag, modified }: Garbage): Promise<boolean> {
  const there = await store.get(key);
  if (there === null || there.etag !== etag || there.modified > modified) return false;
  await store.delete(key);
  return true;
}

const none = { objects: 0, bytes: 0 };

const totalOf = (garbage: readonly Garbage[]): PruneReport['later'] => ({
  objects: garbage.length,
  bytes: garbage.reduce((bytes, { size }) => bytes + size, 0),
});

const sum = (reports: readonly PruneReport[]): PruneReport => ({
  objects: reports.flatMap(({ objects }) => objects),
  later: reports.reduce(
    (all, { later }) => ({ objects: all.objects + later.objects, bytes: all.bytes + later.bytes }),
    none,
  ),
  problems: reports.flatMap(({ problems }) => problems),
});
