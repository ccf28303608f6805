import type { Allowlist } from '../core/documents/allowlist/parse-allowlist.ts';
import { openFirstSeen } from '../core/documents/gate/first-seen.ts';
import { gateSettings } from '../core/gate/judge/gate-settings.ts';
import { openAdvice } from '../core/gate/judge/open-advice.ts';
import { openGate } from '../core/gate/judge/open-gate.ts';
import type { Log } from '../core/ports/log.ts';
import type { Excluding } from '../core/solve/standing/held.ts';
import { openLastModified } from '../core/solve/standing/last-modified.ts';
import type { PlanGate } from '../core/solve/standing/look-at.ts';
import type { ScraperWorld } from './world.ts';

/** An hour in milliseconds: the slices of a run go by the advisories that the first of them read. */
const goodForMs = 60 * 60 * 1000;

interface PlanTime {
  /** When the run started, in milliseconds since the epoch: all its slices find the same, and whoever does one twice. */
  readonly now: number;
  /** What the plan does without. */
  readonly excluding: Excluding;
}

/** What one slice of a run goes by at the gate. */
export function cloudPlanGate(
  allowlist: Allowlist,
  world: ScraperWorld & { readonly log: Log },
  { now, excluding }: PlanTime,
): PlanGate {
  const clock = { ...world.clock, now: () => now };
  return {
    ...openGate(gateSettings(allowlist, null), {
      ...world,
      clock,
      // As old as they are, and not as the run is.
      openAdvice: () => openAdvice(allowlist, { ...world, goodFor: goodForMs }),
      lacksTime: () => 'planning reads no file',
    }),
    lastModified: openLastModified(world),
    firstSeen: openFirstSeen(world.store, clock, true),
    ...excluding,
  };
}
