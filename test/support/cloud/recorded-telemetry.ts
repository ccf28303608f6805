import { canonicalJson } from '../../../core/json/json.ts';
import type { Telemetry } from '../../../lambdas/telemetry.ts';

/** A fake of Telemetry that remembers. */
export interface RecordedTelemetry extends Telemetry {
  readonly lines: string[];
  readonly counts: Map<string, number>;
}

export function recordTelemetry(): RecordedTelemetry {
  const lines: string[] = [];
  const counts = new Map<string, number>();
  const line = (kind: string, facts: unknown) => void lines.push(`${kind} ${canonicalJson(facts)}`);
  return {
    lines,
    counts,
    log: (event) => line(event.type, event),
    note: line,
    warn: (message, facts) => line(`warning: ${message}`, facts),
    failed: (what, error) => void lines.push(`failed: ${what}: ${error}`),
    count: (metric, value) => void counts.set(metric, (counts.get(metric) ?? 0) + value),
    flush: () => {},
  };
}
