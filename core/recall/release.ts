import { readRecall, type Recall } from '../documents/gate/recalled.ts';
import { isPassing, readVerdict } from '../documents/gate/verdict.ts';
import { type ChannelName, recalledKey, recalledPrefix } from '../layout/keys.ts';
import { type Sha256, sha256Schema } from '../names/digest.ts';
import type { Problem } from '../problems/problem.ts';
import { storedDigests } from '../store/stored-digests.ts';
import { bringBack } from './bring-back.ts';
import { knownOf } from './door-of.ts';
import type { ExaminingWorld } from './examine-served.ts';
import { markRecalled, saidOf } from './mark-recalled.ts';
import { endRecall, isRecalled } from './note-recall.ts';
import { placeOfId } from './place-of-id.ts';
import type { FileAt, PackageAt } from './served-file.ts';

export interface ReleasingWorld extends ExaminingWorld {
  readonly channel: ChannelName;
}

export interface Released {
  /** What may be had again, and is in no index yet. */
  readonly files: readonly (PackageAt | FileAt)[];
  /** What was to come back, and cannot. */
  readonly problems: readonly Problem[];
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
  for await (const { recall, sha256 } of recalls(world)) {
    for (const id of recall.ids) {
      const file = placeOfId(id, world.channel);
      if (file === null || (await saidOf(file, world.store))?.recalled === undefined) continue;
      if (isRecalled(recall) && !(await isOver({ file, sha256, recall }, world))) continue;
      const problem = await letIn(file, sha256, world);
      if (problem === null) files.push(file);
      else problems.push(problem);
    }
  }
  return { files, problems };
}

/** All recalls, those that ended too; each is read when it is come to. */
export async function* recalls({
  store,
}: Pick<ReleasingWorld, 'store'>): AsyncGenerator<{ readonly recall: Recall; readonly sha256: Sha256 }, void, void> {
  for await (const { key } of store.list(recalledPrefix)) {
    const sha256 = sha256Schema.safeParse(key.slice(recalledPrefix.length).replace(/\.json$/, '')).data;
    const recall = sha256 && key.endsWith('.json') ? await readRecall(store, sha256) : null;
    if (sha256 !== undefined && recall !== null) yield { recall: recall.value, sha256 };
  }
}

interface Standing {
  readonly file: PackageAt | FileAt;
  readonly sha256: Sha256;
  readonly recall: Recall;
}

/** Whether nothing but the recall itself keeps it out by now; then it ends. One by hand ends by hand. */
async function isOver({ file, sha256, recall }: Standing, world: ReleasingWorld): Promise<boolean> {
  const earlier = (await readVerdict(world.store, file.id, sha256))?.value ?? null;
  if (recall.check === null || earlier === null) return false;
  const known = await knownOf(file, sha256, { store: world.store, earlier });
  const { telling } = await world.gate.standingOf({ ...known, sha256, isServed: true });
  const against = telling.filter(({ code, verdict }) => verdict !== 'warn' && !code.startsWith('R1'));
  if (against.length > 0) return false;
  await endRecall({ id: file.id, sha256, verdict: telling.some(({ code }) => !code.startsWith('R1')) ? 'warn' : 'pass' }, world);
  return true;
}

/** Why it may not come back; null when it has. What left the index meanwhile for another reason stays out of it. */
async function letIn(file: PackageAt | FileAt, sha256: Sha256, world: ReleasingWorld): Promise<Problem | null> {
  const { store, gate } = world;
  const kept = await store.get(recalledKey(sha256));
  if (kept === null) {
    await markRecalled(file, null, world);
    return { code: 'recall.lost', subject: file.id, detail: `its bytes, ${sha256}, were not kept`, hint };
  }
  const earlier = (await readVerdict(store, file.id, sha256))?.value ?? null;
  const known = await knownOf(file, sha256, { store, earlier });
  const verdict = await gate.judge({ ...known, digests: await storedDigests(kept), bytes: kept, isServed: true });
  if (!isPassing(verdict)) {
    const firing = verdict.checks.flatMap(({ firings }) => firings).find((one) => one.verdict !== 'warn');
    return { code: 'recall.stays', subject: file.id, detail: `the gate keeps it out: ${firing?.detail ?? verdict.verdict}` };
  }
  const said = await saidOf(file, store);
  if (said?.withdrawn === undefined) await bringBack(file, kept, store);
  await markRecalled(file, null, world);
  return null;
}

const hint = 'a sync fetches it again where an entry needs it; what is your own has to be published again';
