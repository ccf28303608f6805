import { type MatchSpec, parseMatchSpec } from '../names/match-spec/parse-match-spec.ts';
import { rememberTexts } from '../names/remember-texts.ts';

/** A dependency's text parsed once; null when it is no MatchSpec. */
export const dependencySpec: (text: string) => MatchSpec | null = rememberTexts((text) => {
  const result = parseMatchSpec(text);
  return result.ok ? result.spec : null;
});
