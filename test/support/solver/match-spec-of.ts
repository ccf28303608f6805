import { type MatchSpec, parseMatchSpec } from '../../../core/names/match-spec/parse-match-spec.ts';

/** What a text says; throws where it says nothing. */
export function matchSpecOf(text: string): MatchSpec {
  const parsed = parseMatchSpec(text);
  if (!parsed.ok) throw new Error(`${text}: ${parsed.at} ${parsed.message}`);
  return parsed.spec;
}
