import { checkOfCode } from '../documents/gate/checks.ts';
import { type Recall, readRecall } from '../documents/gate/recalled.ts';
import { keptOut } from '../gate/door/let-through.ts';
import { recalledPrefix } from '../layout/gate-keys.ts';
import { type Sha256, sha256Schema } from '../names/digest.ts';
import type { Problem } from '../problems/problem.ts';
import type { ChannelStore } from '../store/list-packages.ts';
import { bringBack } from './bring-back.ts';
import type { ExaminingWorld } from './examine-served.ts';
import { keptAtTheDoor } from './kept-at-the-door.ts';
import { markRecalled, saidOf } from './mark-recalled.ts';
import { endRecall, isRecalled } from './note-recall.ts';
import { type FileAt, type PackageAt, placeOfId } from './served-file.ts';
import { upstreamWord } from './upstream-word.ts';

export interface ReleasingWorld extends ExaminingWorld, ChannelStore {}

export interface Released {
  /** What may be had again, and is in no index yet. */
  readonly files: readonly (PackageAt | FileAt)[];
  /** What was to come back, and cannot. */
  readonly problems: readonly Problem[];
}

/** Bytes that this side of a store had, and that are or were recalled. */
export interface RecalledHere {
  readonly file: PackageAt | FileAt;
  readonly sha256: Sha256;
  readonly recall: Recall;
}

/**
 * Lets in again what a sweep recalled and nothing speaks against any more: its advisory was withdrawn, its waiver renewed; and
 * what a person no longer recalls. The recall ends, ledger first; the gate judges the bytes that were kept; only those that
 * pass come back under their key, and control lists them again. A run that is cut off anywhere is finished by the next.
 *
 * @throws GatehouseError `store.*`; `json.invalid` when a recall, a verdict or control is damaged
 */
export async function releaseRecalled(world: ReleasingWorld): Promise<Released> {
  const files: (PackageAt | FileAt)[] = [];
  const problems: Problem[] = [];
  for await (const recalled of recalledHere(world)) {
    const isOver = !isRecalled(recalled.recall) || (await ends(recalled, world));
    const problem = isOver ? await letIn(recalled, world) : undefined;
    if (problem === null) files.push(recalled.file);
    else if (problem !== undefined) problems.push(problem);
  }
  return { files, problems };
}

/** What control says to be recalled on this side of a store, with why: also what a recall left that ended. */
export async function* recalledHere({ store, channel }: ChannelStore): AsyncGenerator<RecalledHere, void, void> {
  for await (const { recall, sha256 } of recalls(store)) {
    for (const id of recall.ids) {
      const file = placeOfId(id, channel);
      if (file !== null && (await saidOf(file, store))?.recalled !== undefined) yield { file, sha256, recall };
    }
  }
}

/** All recalls, those that ended too, beside the bytes of each. */
async function* recalls(store: ChannelStore['store']): AsyncGenerator<Omit<RecalledHere, 'file'>, void, void> {
  for await (const { key } of store.list(recalledPrefix)) {
    const [, hash] = /^([0-9a-f]{64})\.json$/.exec(key.slice(recalledPrefix.length)) ?? [];
    if (hash === undefined) continue;
    const sha256 = sha256Schema.parse(hash);
    const recall = await readRecall(store, sha256);
    if (recall !== null) yield { recall: recall.value, sha256 };
  }
}

/** Ends a recall that nothing but itself speaks for any more. One by hand ends by hand. */
async function ends({ file, sha256, recall }: RecalledHere, world: ReleasingWorld): Promise<boolean> {
  if (recall.check === null || isBlind(recall, world)) return false;
  const known = await keptToday({ file, sha256, recall }, world);
  if (known === null) return false;
  const { telling } = await world.gate.standingOf({ ...known, sha256, isServed: true, recalledAt: recall.at });
  const others = telling.filter(({ code }) => checkOfCode(code) !== 'R1');
  if (others.some(({ verdict }) => verdict !== 'warn')) return false;
  await endRecall({ id: file.id, sha256, verdict: others.length > 0 ? 'warn' : 'pass' }, world);
  return true;
}

/** Whoever asks for no advisories any more was not told that those were wrong. */
const isBlind = ({ check }: Recall, { advice: { status } }: ReleasingWorld): boolean =>
  status === 'unreachable' || (status === 'none' && (check === 'C3' || check === 'C4'));

/** What was kept, with its index's word of today; null where there is none of either. A quarantine ends by that word alone. */
async function keptToday({ file, sha256, recall }: RecalledHere, { store, filesOf }: ReleasingWorld) {
  const kept = await keptAtTheDoor(file, sha256, store);
  const said = kept && filesOf ? await upstreamWord(kept, filesOf) : null;
  const isQuarantined = said === null && recall.reason.startsWith('C3.quarantined');
  return kept === null || isQuarantined ? null : { ...kept, ...said };
}

/** Why it may not come back; null when it has. What left the index meanwhile for another reason stays out of it. */
async function letIn({ file, sha256 }: RecalledHere, world: ReleasingWorld): Promise<Problem | null> {
  const kept = await keptAtTheDoor(file, sha256, world.store);
  if (kept === null) return lost(file, sha256, world);
  const problem = keptOut(await world.gate.judge(kept), world);
  if (problem !== null) return problem;
  if ((await saidOf(file, world.store))?.withdrawn === undefined) await bringBack(file, kept.bytes, world.store);
  await markRecalled(file, null, world);
  return null;
}

/** Nothing is there to be judged: whoever fetches or publishes these bytes again brings them to the door. */
async function lost(file: PackageAt | FileAt, sha256: Sha256, world: ReleasingWorld): Promise<Problem> {
  await markRecalled(file, null, world);
  const hint = 'a sync fetches it again where an entry needs it; what is your own has to be published again';
  return { code: 'recall.lost', subject: file.id, detail: `its bytes, ${sha256}, were not kept, or are damaged`, hint };
}
