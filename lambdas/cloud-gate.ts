import { findStoredAllowlist, storedAllowlistSha256 } from '../core/documents/allowlist/stored-allowlist.ts';
import type { Gate } from '../core/gate/gate.ts';
import { type GateShell, gateByAllowlist } from '../core/gate/judge/gate-by-allowlist.ts';
import type { JudgingWorld } from './world.ts';

/** 24 hours in milliseconds: so long the advisories that were kept count, and a function need not ask for them. */
const goodForMs = 24 * 60 * 60 * 1000;

/** The gate of one side of the bucket for one invocation, by the allowlist that was deployed last. */
export async function cloudGate(world: JudgingWorld, more: Pick<GateShell, 'lacksTime'> = {}): Promise<Gate> {
  const allowlist = await findStoredAllowlist(world.store);
  const sha256 = await storedAllowlistSha256(world.store);
  const { log } = world.telemetry;
  return gateByAllowlist(allowlist, { ...world, ...more, log, cache: null, goodFor: goodForMs }, sha256);
}
