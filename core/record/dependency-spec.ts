import { type MatchSpec, parseMatchSpec } from '../names/match-spec/parse-match-spec.ts';
import { rememberTexts } from '../names/remember-texts.ts';

/** A dependency's text parsed once; null when it is no MatchSpec. */
export const dependencySpec: (text: string) => MatchSpec | null = rememberTexts((text) => {
  const result = parseMatchSpec(text);
  return result.ok ? result.spec : null;
});

const known = new WeakMap<readonly string[], readonly MatchSpec[]>();

/** What a record's `depends` asks for, without what is no MatchSpec: worked out once for each record. */
export function dependencySpecs(depends: readonly string[]): readonly MatchSpec[] {
  const before = known.get(depends);
  if (before !== undefined) return before;
  const specs = depends.flatMap((text) => dependencySpec(text) ?? []);
  known.set(depends, specs);
  return specs;
}
