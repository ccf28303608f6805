import { isPassing, readVerdict } from '../../documents/gate/verdict.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Store } from '../../ports/store.ts';
import type { Problem } from '../../problems/problem.ts';
import type { AtTheDoor, Gate } from '../gate.ts';
import { keptOut } from './let-through.ts';

/** What is asked before a file is listed. */
export interface ListingDoor {
  readonly store: Store;
  readonly clock: Pick<Clock, 'now'>;
  /** Null where nothing may be judged, for nothing may be written: there what has no verdict stays as it is. */
  readonly gate: Pick<Gate, 'judge' | 'policy' | 'standsNow'> | null;
}

/**
 * Why a file may not be in an index: it has no passing verdict. One that has none yet is judged, and so is one whose verdict does
 * not pass: waivers, time or data may have changed that.
 *
 * @returns null when it may be listed
 * @throws GatehouseError `store.*`; `json.invalid` when its verdict is damaged, which is not taken for a pass
 */
export async function listingProblem(file: AtTheDoor, { store, clock, gate }: ListingDoor): Promise<Problem | null> {
  const there = (await readVerdict(store, file.id, file.digests.sha256))?.value ?? null;
  if (there !== null && isPassing(there)) return null;
  if (gate !== null) return keptOut(await gate.judge(file), { gate, clock });
  return there && { code: 'gate.held', subject: file.id, detail: `its verdict is ${there.verdict}` };
}
