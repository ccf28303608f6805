import { type Recall, readRecall } from '../documents/gate/recalled.ts';
import type { GateAnswer } from '../documents/gate/verdict.ts';
import { recallKey } from '../layout/gate-keys.ts';
import { layDecided } from '../ledger/lay-decided.ts';
import { openLedger } from '../ledger/open-ledger.ts';
import type { Sha256 } from '../names/digest.ts';
import type { Clock } from '../ports/clock.ts';
import type { Store } from '../ports/store.ts';

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
  const noted = await layRecall({ id, sha256, verdict }, world, (there) => {
    const isByHand = told.check === null && there?.check !== null;
    if (isRecalled(there) && there.ids.includes(id) && !isByHand) return null;
    const ids = [...new Set([...(there?.ids ?? []), id])];
    return isRecalled(there) && !isByHand ? { ...there, ids } : { version: 1, ids, ...told };
  });
  return noted ?? { version: 1, ids: [id], ...told };
}

type Recalled = Pick<RecallReason, 'id' | 'sha256' | 'verdict'>;

/** Says that a recall ended: the gate judges these bytes again as it judges others. */
export async function endRecall(recalled: Recalled, world: NotingWorld): Promise<void> {
  const endedAt = world.clock.now();
  await layRecall(recalled, world, (there) => (isRecalled(there) ? { ...there, endedAt } : null));
}

function layRecall(
  { sha256, ...recalled }: Recalled,
  world: NotingWorld,
  next: (there: Recall | null) => Recall | null,
): Promise<Recall | null> {
  const document = { key: recallKey(sha256), read: () => readRecall(world.store, sha256) };
  return layDecided<Recall>({ ...world, ledger: openLedger(world) }, document, {
    next,
    entryOf: (recall) => ({ event: isRecalled(recall) ? 'recalled' : 'released', ...recalled, sha256 }),
  });
}
