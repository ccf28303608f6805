import type { MatchSpec } from '../../names/match-spec/parse-match-spec.ts';
import { canonicalMatchSpec } from '../../names/match-spec/solver-spec.ts';
import { matchesPlaced } from '../candidate-pool.ts';
import { ownSpec } from '../requests.ts';
import { type Cause, isOfEnvironment, type Missing } from './cause.ts';
import type { Offer } from './offers.ts';

/** What is there for a spec, and taken away by another spec that the same request has on its name; null where nothing is. */
export function narrowedCause(missing: Missing, { records }: Offer): Cause | null {
  const { spec } = missing;
  const there = records.filter((one) => matchesPlaced(spec, one));
  const [narrower] = othersOf(missing, records).filter((other) => !there.some((one) => matchesPlaced(other, one)));
  const version = there.at(-1)?.record.version;
  if (narrower === undefined || version === undefined) return null;
  if (isListedPython(narrower, missing)) {
    const detail = `there is ${version}, and it was solved with python ${missing.python}, as "python" of the allowlist says`;
    return { detail, hint: 'list another in "python", or ask for what goes with these' };
  }
  const holder = isOfEnvironment(missing) ? 'environment' : 'entry';
  const detail = `there is ${version}, and the ${holder} asks for ${canonicalMatchSpec(narrower)} too`;
  return { detail, hint: `ask in the ${holder} for versions that go together` };
}

/** What else a request asks of the spec's name, and is there. */
function othersOf({ spec, request, python }: Missing, records: Offer['records']): MatchSpec[] {
  const own = request.specs
    .filter(({ name }) => name === spec.name)
    .filter((asked) => records.some((one) => matchesPlaced(asked, one)));
  return spec.name === 'python' && python !== null ? [...own, ownSpec(`python ${python}.*`)] : own;
}

const isListedPython = ({ name }: MatchSpec, { request, python }: Missing): boolean =>
  name === 'python' && python !== null && !request.specs.some((asked) => asked.name === name);
