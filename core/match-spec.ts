/** Conda's query language for packages (CEP 29), and what of it the solver can be told. */
export { matchSpecMatches } from './match-spec/match-record.ts';
export { namesChannel } from './match-spec/names-channel.ts';
export { type MatchSpec, parseMatchSpec } from './match-spec/parse-match-spec.ts';
export { canonicalMatchSpec, solverSpec } from './match-spec/solver-spec.ts';
