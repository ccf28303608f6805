import type { Sha256 } from '../../names/digest.ts';
import type { DocumentCache } from '../../ports/cache.ts';
import type { Fetch } from '../../ports/fetch.ts';
import type { Gate } from '../gate.ts';
import { type GateAllowlist, gateSettings } from '../gate-settings.ts';
import { openAdvice } from '../open-advice.ts';
import { type GateWorld, openGate } from './open-gate.ts';

export interface GateShell extends Omit<GateWorld, 'openAdvice'> {
  readonly fetch: Fetch;
  /** Null for those who go by the mapping that was kept, without asking for it. */
  readonly cache: DocumentCache | null;
  /** Milliseconds for which kept advisories count without a question to their server. None without it. */
  readonly goodFor?: number;
}

/**
 * Opens the gate of one side of a store as an allowlist has it: its policy, its waivers, and the advisories that it names.
 *
 * @param allowlist null where the store was never synced: then all is as it is by default
 * @param sha256 of the allowlist's bytes, where they are known
 */
export function gateByAllowlist(allowlist: GateAllowlist | null, world: GateShell, sha256: Sha256 | null = null): Gate {
  const settings = gateSettings(allowlist, sha256);
  const sources = allowlist ?? { policy: settings.policy, channels: [], indexes: [], entries: [], mapping: null };
  return openGate(settings, { ...world, openAdvice: () => openAdvice(sources, world) });
}
