import { matchSpecMatches } from '../../../core/names/match-spec/match-record.ts';
import { parseMatchSpec } from '../../../core/names/match-spec/parse-match-spec.ts';

/** Tells whether a record of this version is one that `x SPEC` asks for; throws where that is no MatchSpec. */
export function matchesInConda(spec: string, version: string): boolean {
  const parsed = parseMatchSpec(`x ${spec}`);
  if (!parsed.ok) throw new Error(`no MatchSpec: x ${spec}: ${parsed.message}`);
  return matchSpecMatches(parsed.spec, { name: 'x', version, build: '0', build_number: 0 });
}
