import { defaultPolicy, type Policy } from '../../../core/documents/gate/policy.ts';
import { answers, type Firing, type PublishedAt } from '../../../core/documents/gate/verdict.ts';
import type { GateCandidate } from '../../../core/gate/check.ts';
import type { PlanGate } from '../../../core/solve/standing/look-at.ts';

interface HoldingGate {
  readonly policy?: Partial<Policy>;
  /** What the gate says of a file. */
  readonly firings: (candidate: GateCandidate) => readonly Firing[];
  /** Milliseconds since the epoch, by URL. */
  readonly modified?: (url: string) => number | null;
  readonly firstSeen?: PlanGate['firstSeen'];
}

/** A gate that holds what a test says, and counts what it was asked. */
export function holdingGate({ policy = {}, firings, modified = () => 0, firstSeen = async () => null }: HoldingGate) {
  const asked = { standings: 0, dates: [] as string[], published: new Map<string, PublishedAt | null>() };
  const gate: PlanGate = {
    policy: { ...defaultPolicy, ...policy },
    async standingOf(candidate) {
      asked.standings += 1;
      asked.published.set(candidate.id, candidate.published);
      const telling = [...firings(candidate)].sort((a, b) => answers.indexOf(b.verdict) - answers.indexOf(a.verdict));
      return { verdict: telling[0]?.verdict ?? 'pass', waivers: [], telling };
    },
    async lastModified({ url }) {
      asked.dates.push(url);
      return modified(url);
    },
    firstSeen,
  };
  return { gate, asked };
}
