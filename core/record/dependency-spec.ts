import { type MatchSpec, parseMatchSpec } from '../names/match-spec/parse-match-spec.ts';

const parsed = new Map<string, MatchSpec | null>();

/** Dependency texts repeat across records and platforms; the memory is emptied when it holds this many. */
const maxRememberedSpecs = 100_000;

/** A dependency's text parsed once; null when it is no MatchSpec. */
export function dependencySpec(text: string): MatchSpec | null {
  const known = parsed.get(text);
  if (known !== undefined) return known;
  const result = parseMatchSpec(text);
  const spec = result.ok ? result.spec : null;
  if (parsed.size >= maxRememberedSpecs) parsed.clear();
  parsed.set(text, spec);
  return spec;
}
