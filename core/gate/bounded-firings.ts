import { answers, type Firing } from '../documents/gate/verdict.ts';

/** Of one check of one file: enough for a person to see what it is about, and verdicts stay small. */
const maxFirings = 20;

/**
 * The first firings of many, and one for the rest of each code: as bad as the worst of them, and without the sha256 of a file in
 * the artifact, so that whoever waives each one that is named has not waived those that are not. Of each code one, for modes and
 * waivers may be of a single code, and must not count for what hides behind it.
 */
export function boundedFirings(firings: readonly Firing[]): Firing[] {
  if (firings.length <= maxFirings) return [...firings];
  const rest = Map.groupBy(firings.slice(maxFirings), ({ code }) => code);
  return [...firings.slice(0, maxFirings), ...[...rest].map(([code, more]) => restOf(code, more))];
}

function restOf(code: string, firings: readonly Firing[]): Firing {
  const worst = Math.max(...firings.map(({ verdict }) => answers.indexOf(verdict)));
  const verdict = firings.find((firing) => answers.indexOf(firing.verdict) === worst)?.verdict ?? 'hold';
  return { code, verdict, detail: `and ${firings.length} more` };
}
