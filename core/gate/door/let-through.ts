import { type GateVerdict, isPassing } from '../../documents/gate/verdict.ts';
import { heldKey } from '../../layout/gate-keys.ts';
import type { Clock } from '../../ports/clock.ts';
import type { StagedObject } from '../../ports/store.ts';
import type { Problem } from '../../problems/problem.ts';
import type { AtTheDoor, Gate } from '../gate.ts';
import { settledNow } from '../settle.ts';
import { gateProblem } from './gate-problem.ts';

interface KeptBy {
  readonly gate: Pick<Gate, 'policy'>;
  readonly clock: Pick<Clock, 'now'>;
}

interface Door extends KeptBy {
  readonly gate: Pick<Gate, 'judge' | 'policy'>;
}

/**
 * Has a file judged that came and is staged. What is held waits where nobody can get it, so that whoever releases it need not
 * fetch it again: then the staged bytes are used up. Of what is rejected only the verdict stays.
 *
 * @returns why it does not enter; null when it does
 * @throws GatehouseError `store.*`
 */
export async function letThrough(file: AtTheDoor, staged: StagedObject, door: Door): Promise<Problem | null> {
  const verdict = await door.gate.judge(file);
  const problem = keptOut(verdict, door);
  if (problem?.code !== 'gate.held') return problem;
  const { sha256, md5 } = file.digests;
  await staged.publish(heldKey(sha256), { sha256, md5 });
  return problem;
}

/** Why what has this verdict is not let through; null when it is. */
export function keptOut(verdict: GateVerdict, { gate: { policy }, clock }: KeptBy): Problem | null {
  if (isPassing(verdict)) return null;
  const settled = { ...settledNow(verdict, policy, verdict.judgedAt), verdict: verdict.verdict };
  return gateProblem({ subject: verdict.id, sha256: verdict.sha256 }, settled, clock.now());
}
