import { answers, type Firing } from '../documents/gate/verdict.ts';

/** Of one check of one file: enough for a person to see what it is about, and verdicts stay small. */
const maxFirings = 20;

/**
 * The first firings of many, and one for the rest: as bad as the worst of them, and without the sha256 of a file in the
 * artifact, so that whoever waives each one that is named has not waived those that are not.
 */
export function boundedFirings(code: string, firings: readonly Firing[]): Firing[] {
  if (firings.length <= maxFirings) return [...firings];
  const rest = firings.slice(maxFirings).sort((a, b) => answers.indexOf(b.verdict) - answers.indexOf(a.verdict));
  const verdict = rest[0]?.verdict ?? 'hold';
  return [...firings.slice(0, maxFirings), { code, verdict, detail: `and ${rest.length} more` }];
}
