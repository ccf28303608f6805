import { type MatchSpec, parseMatchSpec } from '../names/match-spec/parse-match-spec.ts';

/** `No candidates were found for acme-lib >=2.`, or, in a tree, `└─ acme-lib >=2, for which no candidates were found.` */
const notFound = /No candidates were found for (.+)\.$|─ ([^─]+), for which no candidates were found/gm;

/** The specs that a solver says it found nothing for, each once, in the order in which it tells them. */
export function specsNotFound(explanation: string): MatchSpec[] {
  const texts = [...explanation.matchAll(notFound)].flatMap(([, alone, inTree]) => alone ?? inTree ?? []);
  return [...new Set(texts)].flatMap((text) => {
    const parsed = parseMatchSpec(text);
    return parsed.ok ? [parsed.spec] : [];
  });
}
