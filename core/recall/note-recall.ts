import { type Recall, readRecall } from '../documents/gate/recalled.ts';
import type { GateAnswer } from '../documents/gate/verdict.ts';
import { canonicalJson } from '../json/json.ts';
import { recallKey } from '../layout/keys.ts';
import { appendToLedger } from '../ledger/append-to-ledger.ts';
import { type Sha256, sha256Of } from '../names/digest.ts';
import type { Clock } from '../ports/clock.ts';
import type { Store } from '../ports/store.ts';
import { updateJson } from '../store/update-json.ts';

interface NotingWorld {
  readonly store: Store;
  readonly clock: Clock;
}

/** Why some bytes are recalled, under one of their names. */
export interface RecallReason extends Pick<Recall, 'at' | 'reason' | 'check'> {
  readonly id: string;
  readonly sha256: Sha256;
  /** What the gate says of them. */
  readonly verdict: GateAnswer;
}

/** Whether bytes may not be had. */
export const isRecalled = (recall: Recall | null): recall is Recall => recall !== null && recall.endedAt === undefined;

/**
 * Says that bytes are recalled: in the ledger first, then at rest, whence the gate takes them for rejected on both sides of the
 * store. A person's word goes before a sweep's, which would end by itself. Safe to run twice.
 */
export async function noteRecall({ id, sha256, verdict, ...told }: RecallReason, world: NotingWorld): Promise<Recall> {
  const noted = await changeRecall(sha256, world, async (there) => {
    const isByHand = told.check === null && there?.check !== null;
    if (isRecalled(there) && there.ids.includes(id) && !isByHand) return null;
    const ids = [...new Set([...(there?.ids ?? []), id])];
    const next: Recall = isRecalled(there) && !isByHand ? { ...there, ids } : { version: 1, ids, ...told };
    await appendToLedger({ event: 'recalled', id, sha256, verdict, evidence: evidenceOf(next) }, world);
    return next;
  });
  return noted ?? { version: 1, ids: [id], ...told };
}

/** Says that a recall ended: the gate judges these bytes again as it judges others. */
export async function endRecall(
  { id, sha256, verdict }: Pick<RecallReason, 'id' | 'sha256' | 'verdict'>,
  world: NotingWorld,
): Promise<void> {
  await changeRecall(sha256, world, async (there) => {
    if (!isRecalled(there)) return null;
    const next: Recall = { ...there, endedAt: world.clock.now() };
    await appendToLedger({ event: 'released', id, sha256, verdict, evidence: evidenceOf(next) }, world);
    return next;
  });
}

const evidenceOf = (recall: Recall): Sha256 => sha256Of(canonicalJson(recall));

const changeRecall = (
  sha256: Sha256,
  world: NotingWorld,
  change: (there: Recall | null) => Promise<Recall | null>,
): Promise<Recall | null> =>
  updateJson<Recall, null>(world, { key: recallKey(sha256), read: () => readRecall(world.store, sha256) }, change);
