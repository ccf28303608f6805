import { defaultPolicy } from '../documents/gate/policy.ts';
import type { Advice } from '../gate/advice.ts';
import type { GateShell } from '../gate/door/gate-by-allowlist.ts';
import { openGate } from '../gate/door/open-gate.ts';
import type { Gate } from '../gate/gate.ts';
import { type GateAllowlist, gateSettings } from '../gate/gate-settings.ts';
import { openAdvice } from '../gate/open-advice.ts';
import type { Sha256 } from '../names/digest.ts';

/** The gate of one side of a store, and the advisories that it goes by. */
export interface Judging {
  readonly gate: Gate;
  readonly advice: Advice;
}

/**
 * Opens the gate of one side of a store as `gateByAllowlist` does, for those who have to know what it goes by: without advisories
 * what is served looks sound.
 *
 * @param advice as it was opened for the other side; read anew without it
 */
export async function openJudging(
  allowlist: GateAllowlist | null,
  world: GateShell,
  { sha256 = null, advice }: { readonly sha256?: Sha256 | null; readonly advice?: Advice } = {},
): Promise<Judging> {
  const nothing = { policy: defaultPolicy, channels: [], indexes: [], entries: [], mapping: null };
  const known = advice ?? (await openAdvice(allowlist ?? nothing, world));
  const gate = openGate(gateSettings(allowlist, sha256), { ...world, openAdvice: async () => known });
  return { gate, advice: known };
}
