import type { EntryOutcome } from '../documents/plan.ts';
import type { Problem } from '../problems/problem.ts';
import { shownUrl } from '../problems/shown-url.ts';
import type { Closure } from './closure.ts';
import { isOwnChannel } from './own-names.ts';
import type { InstallRequest } from './requests.ts';
import { installs } from './solve-request.ts';

/**
 * What a request that does not install lacks of names whose packages come from the store alone: those that it asks for
 * itself, and those that the solver's explanation names, for what an upstream package would need may never be chosen.
 *
 * @param isOwn whether a name's packages come from the store alone
 */
export function unpublished(
  { id, specs, channels }: InstallRequest,
  outcomes: readonly EntryOutcome[],
  { byName, isOwn }: Pick<Closure, 'byName'> & { readonly isOwn: (name: string) => boolean },
): Problem[] {
  if (installs(outcomes) || outcomes.some(({ status }) => status === 'failed')) return [];
  const told = outcomes.map(({ explanation }) => explanation ?? '').join('\n');
  const isAsked = (name: string) => specs.some((spec) => spec.name === name) || told.includes(name);
  return [...byName].flatMap(([name, matching]) => {
    const channel = channels.get(name) ?? null;
    const isAlone = isOwn(name) || (channel !== null && isOwnChannel(channel));
    if (matching.length > 0 || !isAlone || !isAsked(name)) return [];
    return [{ code: 'plan.unpublished', subject: id, ...lacking(name, channel) }];
  });
}

function lacking(name: string, channel: string | null) {
  if (channel !== null && !isOwnChannel(channel)) {
    const detail = `${name} is a reserved name, and the entry wants it of ${shownUrl(channel)}`;
    return { detail, hint: 'remove the channel from the entry: such a name comes from this store alone' };
  }
  const detail = `no package ${name} that would do is in this store, and it comes from nowhere else`;
  return { detail, hint: 'gatehouse publish puts one there' };
}
