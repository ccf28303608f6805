import { type MatchSpec, parseMatchSpec } from '../match-spec/parse-match-spec.ts';

const parsed = new Map<string, MatchSpec | null>();
/** Dependency texts repeat across records and platforms. */
const remembered = 100_000;

/** A dependency's text parsed once, null when it is no MatchSpec (such records never get this far). */
export function dependencySpec(text: string): MatchSpec | null {
  const known = parsed.get(text);
  if (known !== undefined) return known;
  const result = parseMatchSpec(text);
  const spec = result.ok ? result.spec : null;
  if (parsed.size >= remembered) parsed.clear();
  parsed.set(text, spec);
  return spec;
}
