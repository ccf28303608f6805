import type { EntryOutcome } from '../documents/plan.ts';
import type { MatchSpec } from '../names/match-spec/parse-match-spec.ts';
import type { Problem } from '../problems/problem.ts';
import { shownUrl } from '../problems/shown-url.ts';
import { matchesPlaced } from './candidate-pool.ts';
import type { Closure } from './closure.ts';
import { specsNotFound } from './not-found.ts';
import { isOwnChannel } from './own-names.ts';
import type { InstallRequest } from './requests.ts';
import { installs } from './solve-request.ts';

/**
 * What a request that does not install lacks of names whose packages come from the store alone: those that it asks for
 * itself, and those that the solver says it found nothing of. What others of its group lack is none of its own. Of a request
 * for such a name it tells too what that needs of other names and nobody has.
 *
 * @param isOwn whether a name's packages come from the store alone
 */
export function unpublished(
  { id, specs, channels }: InstallRequest,
  outcomes: readonly EntryOutcome[],
  { byName, isOwn }: Pick<Closure, 'byName'> & { readonly isOwn: (name: string) => boolean },
): Problem[] {
  if (installs(outcomes) || outcomes.some(({ status }) => status === 'failed')) return [];
  const isMet = (spec: MatchSpec) => byName.get(spec.name)?.some((one) => matchesPlaced(spec, one)) === true;
  const asked = new Set<string>(specs.map(({ name }) => name));
  const needed = outcomes.flatMap(({ explanation }) =>
    specsNotFound(explanation ?? '').map(({ name }): string => name),
  );
  const missed = [
    ...specs.filter((spec) => !isMet(spec)).map(({ name }) => name),
    ...needed.filter((name) => !asked.has(name)),
  ];
  const own = [...new Set(missed)].flatMap((name) => {
    const channel = channels.get(name) ?? null;
    const isAlone = isOwn(name) || (channel !== null && isOwnChannel(channel));
    return isAlone ? [{ code: 'plan.unpublished', subject: id, ...lacking(name, channel) }] : [];
  });
  const others = [...new Set(needed)].filter((name) => !isOwn(name));
  return specs.some(({ name }) => isOwn(name)) ? [...own, ...notBrought(outcomes, others)] : own;
}

/** What an own package needs of others and neither a channel nor an entry brings: the plan tells it so, and not again. */
function notBrought(outcomes: readonly EntryOutcome[], names: readonly string[]): Problem[] {
  const [first] = outcomes;
  if (first === undefined || names.length === 0) return [];
  const { entry, platform, explanation } = first;
  const lines = names.map((name) => JSON.stringify({ pypi: name })).join(', ');
  const hint = `no channel has it: if PyPI does, add to "packages" in the allowlist, or widen there: ${lines}`;
  return [{ code: 'entry.unsolvable', subject: `${entry} on ${platform}`, detail: explanation ?? '', hint }];
}

function lacking(name: string, channel: string | null) {
  if (channel !== null && !isOwnChannel(channel)) {
    const detail = `${name} is a reserved name, and the entry wants it of ${shownUrl(channel)}`;
    return { detail, hint: 'remove the channel from the entry: such a name comes from this store alone' };
  }
  const detail = `no package ${name} that would do is in this store, and it comes from nowhere else`;
  return { detail, hint: 'gatehouse publish puts one there' };
}
