import { type CheckId, checkOfCode } from '../documents/gate/checks.ts';
import type { GateAnswer } from '../documents/gate/verdict.ts';
import type { Settled } from '../gate/settle.ts';
import type { ObjectKey } from '../layout/keys.ts';
import type { Sha256 } from '../names/digest.ts';
import type { ProjectName } from '../names/project-name.ts';
import type { Subdir } from '../names/subdir.ts';
import type { Clock } from '../ports/clock.ts';
import type { Store } from '../ports/store.ts';
import type { Problem } from '../problems/problem.ts';
import { markRecalled } from './mark-recalled.ts';
import { noteRecall } from './note-recall.ts';
import type { FileAt, PackageAt, ServedFile } from './served-file.ts';
import { takeAway } from './take-away.ts';

/** Where control or files changed, and what an index or a page is to say otherwise. */
export interface TouchedPlaces {
  readonly subdirs: readonly Subdir[];
  readonly projects: readonly ProjectName[];
}

export interface RecallingWorld {
  readonly store: Store;
  readonly clock: Clock;
  /**
   * Brings indexes and pages up to date, and returns what it found wrong. What it throws leaves the bytes where they are: no
   * index may name what is gone, and the next run finishes it.
   */
  readonly index: (touched: TouchedPlaces) => Promise<readonly Problem[]>;
}

/** A file that is to be taken back from all who could get it. */
export interface BadFile {
  readonly file: ServedFile;
  readonly sha256: Sha256;
  readonly reason: string;
  /** Null of a recall by hand. */
  readonly check: CheckId | null;
  readonly verdict: GateAnswer;
}

/** What a sweep recalls a file for: the worst that the gate says of it. */
export function badFile(file: ServedFile, sha256: Sha256, { telling, verdict }: Settled): BadFile {
  const [worst] = telling;
  const reason = worst === undefined ? verdict : `${worst.code}: ${worst.detail}`;
  return { file, sha256, reason, check: checkOfCode(worst?.code ?? '') ?? 'R1', verdict };
}

export interface Recalled {
  /** Keys that nobody can get any more. */
  readonly gone: readonly ObjectKey[];
  /** What indexing found wrong. */
  readonly problems: readonly Problem[];
}

/**
 * Recalls files: each is noted as recalled, ledger first, and marked in control; then the indexes drop it in all their forms;
 * then its bytes are kept, and only then its public key is deleted; then the indexes forget it. A run that is cut off anywhere is finished by the next,
 * which finds the file under its key still.
 *
 * @param at milliseconds since the epoch: when they were recalled
 * @throws GatehouseError `store.*`; `json.invalid` when control is damaged
 */
export async function recallFiles(bad: readonly BadFile[], at: number, world: RecallingWorld): Promise<Recalled> {
  if (bad.length === 0) return { gone: [], problems: [] };
  for (const { file, ...told } of bad) {
    const recall = await noteRecall({ ...told, id: file.id, at }, world);
    await markRecalled(file, { at: recall.at, reason: recall.reason }, world);
  }
  const touched = placesOf(bad.map(({ file }) => file));
  await world.index(touched);
  const gone: ObjectKey[] = [];
  for (const { file } of bad) gone.push(...(await takeAway(file, world.store)));
  return { gone, problems: await world.index(touched) };
}

/** The subdir or the project's folder, whose control is one object. */
export const folderOf = (file: PackageAt | FileAt): string => file.id.slice(0, file.id.lastIndexOf('/'));

export const placesOf = (files: readonly (PackageAt | FileAt)[]): TouchedPlaces => ({
  subdirs: [...new Set(files.flatMap((file) => (file.kind === 'package' ? [file.subdir] : [])))],
  projects: [...new Set(files.flatMap((file) => (file.kind === 'file' ? [file.project] : [])))],
});
