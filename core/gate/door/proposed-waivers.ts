import type { Firing } from '../../documents/gate/verdict.ts';
import { canonicalJson } from '../../json/json.ts';
import type { Sha256 } from '../../names/digest.ts';

/** 90 days in milliseconds, which is what a waiver is proposed for. */
const proposedMs = 90 * 24 * 60 * 60 * 1000;

/**
 * The lines of `waivers` that let in what is held, as a person may copy them once there is a reason to write; each once. None for
 * what rejects or could not be looked at: no waiver ends that.
 *
 * @param sha256 of the artifact, where a firing is about no file in it; null where nobody knows it yet
 * @param now milliseconds since the epoch
 */
export function proposedWaivers(telling: readonly Firing[], sha256: Sha256 | null, now: number): string[] {
  if (telling.some(({ verdict }) => verdict === 'reject')) return [];
  const expires = new Date(now + proposedMs).toISOString().slice(0, 10);
  const lines = telling.flatMap(({ code, verdict, sha256: ofFile }) => {
    const pinned = ofFile ?? sha256;
    if (verdict !== 'hold' || pinned === null) return [];
    return [canonicalJson({ check: code, sha256: pinned, reason: 'WHY', expires }).trim()];
  });
  return [...new Set(lines)];
}
