import type { Recall } from '../../documents/gate/recalled.ts';
import type { ObjectKey } from '../../layout/keys.ts';
import type { Sha256 } from '../../names/digest.ts';
import { GatehouseError } from '../../problems/error.ts';
import type { Problem } from '../../problems/problem.ts';
import { keepNotices } from '../../recall/channel-notices.ts';
import { keptAtTheDoor } from '../../recall/kept-at-the-door.ts';
import { endRecall, isRecalled, noteRecall } from '../../recall/note-recall.ts';
import { type BadFile, placesOf, type RecallingWorld, recallFiles } from '../../recall/recall-files.ts';
import { type RecalledHere, type ReleasingWorld, recalledHere, releaseRecalled } from '../../recall/release.ts';
import { type AskedWorld, releaseFiles, withMade } from '../../recall/release-files.ts';
import type { AskedRelease } from '../../yank/asked-release.ts';

export interface RecallRequest extends AskedRelease {
  /** Why, in a line; null ends the recall. */
  readonly reason: string | null;
  /** Milliseconds since the epoch: one time for both sides of the store. */
  readonly at: number;
}

export interface RecallWorld extends ReleasingWorld, RecallingWorld, AskedWorld {}

export interface RecallReport {
  /** Ids of the release's files on this side, and whether something was changed of each. */
  readonly files: readonly { readonly id: string; readonly changed: boolean }[];
  /** Keys whose bytes are gone, there again or others, for the copies of them that a cache still has. */
  readonly changed: readonly ObjectKey[];
  /** What was to come back and cannot, and what indexing found wrong. */
  readonly problems: readonly Problem[];
}

/**
 * Takes a release back from all who could get it, on one side of the store, whoever brought it and whatever that breaks; or,
 * without a reason, lets in again what was recalled by hand. The gate takes its bytes for rejected from then on, wherever they
 * come from. Safe to run twice: a run that was cut off anywhere is finished by the same call.
 *
 * @returns no files where this side has, and had, none of the release
 * @throws GatehouseError `recall.by-sweep` when a sweep recalled it, which ends by itself; `store.*`; `json.invalid` when
 *   control is damaged
 */
export const recall = (request: RecallRequest, world: RecallWorld): Promise<RecallReport> =>
  request.reason === null ? endAll(request, world) : recallAll({ ...request, reason: request.reason }, world);

async function recallAll(request: RecallRequest & { reason: string }, world: RecallWorld): Promise<RecallReport> {
  const { reason, at } = request;
  const before = await recalledOf(request, world);
  for (const { file, sha256, recall: noted } of before) {
    const isBySweep = isRecalled(noted) && noted.check !== null;
    if (isBySweep) await noteRecall({ id: file.id, sha256, at, reason, check: null, verdict: 'reject' }, world);
  }
  const found = await releaseFiles(request, world);
  const bad = found.map((one): BadFile => ({ ...one, reason, check: null, verdict: 'reject' }));
  const { gone, problems } = await recallFiles(bad, at, world);
  for (const { file, sha256 } of [...before, ...bad]) await layVerdict(file, sha256, world);
  const ids = new Set(bad.map(({ file }) => file.id));
  const others = before.filter(({ file, recall: noted }) => isRecalled(noted) && !ids.has(file.id));
  // A run that was cut off may have left it to this one.
  if (others.length > 0) await world.index(placesOf(others.map(({ file }) => file)));
  const files = [...bad, ...others].map(({ file: { id } }) => ({ id, changed: ids.has(id) }));
  return { files, changed: [...gone, ...(await keepNotices(world))], problems };
}

/** R1 in the verdict too, by which an auditor goes. */
async function layVerdict(file: RecalledHere['file'], sha256: Sha256, { store, gate }: RecallWorld): Promise<void> {
  const kept = await keptAtTheDoor(file, sha256, store);
  if (kept !== null) await gate.judge(kept);
}

async function endAll(request: RecallRequest, world: RecallWorld): Promise<RecallReport> {
  const own = await recalledOf(request, world);
  const bySweep = own.find((one) => isRecalled(one.recall) && one.recall.check !== null);
  if (bySweep !== undefined) throw endsByItself(bySweep.file.id, bySweep.recall);
  for (const { file, sha256 } of own) await endRecall({ id: file.id, sha256, verdict: 'pass' }, world);
  const released = await releaseRecalled(world);
  const indexed = released.files.length > 0 ? await world.index(placesOf(released.files)) : [];
  const ids = new Set(released.files.map(({ id }) => id));
  const files = own.map(({ file: { id } }) => ({ id, changed: ids.has(id) }));
  return { files, changed: await keepNotices(world), problems: [...released.problems, ...indexed] };
}

/** What was recalled of a release, and with it what was made of it, whatever that is called. */
async function recalledOf(request: RecallRequest, world: RecallWorld) {
  const all: RecalledHere[] = [];
  for await (const one of recalledHere(world)) all.push(one);
  return withMade(all, request, world);
}

function endsByItself(id: string, { check, reason }: Recall): GatehouseError {
  const hint =
    check === 'C3'
      ? 'it ends with the next sweep once its advisory is withdrawn'
      : 'it ends with the next sweep once nothing holds it any more: by a waiver in the allowlist, or by its policy';
  return new GatehouseError('recall.by-sweep', `${id} was recalled by a sweep: ${reason}`, { hint });
}
