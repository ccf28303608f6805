import type { MatchSpec } from '../../names/match-spec/parse-match-spec.ts';
import type { Subdir } from '../../names/subdir.ts';
import type { InstallRequest } from '../requests.ts';
import type { Offers } from './offers.ts';

/** Why nothing was found for a spec, as the end of a sentence, and what can be done about it. */
export interface Cause {
  readonly detail: string;
  readonly hint?: string | undefined;
}

export interface CauseWorld {
  readonly offers: Offers;
  readonly platform: Subdir;
  /** Those of the allowlist. */
  readonly platforms: readonly Subdir[];
  readonly virtualPackages: Readonly<Record<string, string>>;
  /** Whether packages of a name come from the store alone. */
  readonly isOwn: (name: string) => boolean;
}

/** A spec that nothing was found for, of a request. */
export interface Missing {
  readonly spec: MatchSpec;
  readonly request: Pick<InstallRequest, 'id' | 'specs' | 'platforms' | 'channels' | 'made'>;
  /** The one that was solved with, if the allowlist lists any. */
  readonly python: string | null;
}

/** Whether a request asks for a name itself, and does not only need it. */
export const isAsked = ({ spec, request }: Missing): boolean => request.specs.some(({ name }) => name === spec.name);

/** Of an environment there are texts alone: no line of it says a channel or platforms as an entry does. */
export const isOfEnvironment = ({ request }: Missing): boolean => /^environment:[^:]/.test(request.id);

/** Where a channel is written that a name is taken from. */
export const channelHolder = (missing: Missing): string =>
  isOfEnvironment(missing) ? 'spec in the environment' : 'entry';

/** An entry as it is, with all that it needs to install, and with what is to change in it. */
export function entryLine(
  { request }: Missing,
  { platforms }: CauseWorld,
  change: { readonly channel?: string; readonly platforms?: readonly Subdir[] },
): string {
  const [first, ...depends] = request.specs;
  const channel = change.channel ?? (first && request.channels.get(first.name));
  const narrower = request.platforms.length < platforms.length ? request.platforms : undefined;
  return JSON.stringify({
    spec: first?.text.trim(),
    ...(channel !== undefined && { channel }),
    ...(depends.length > 0 && { depends: depends.map(({ text }) => text.trim()) }),
    platforms: change.platforms ?? narrower,
  });
}

/** What to write in the allowlist for a package that other platforms have. */
export function platformsHint(missing: Missing, there: readonly Subdir[], world: CauseWorld): string {
  const { spec, request } = missing;
  if (isOfEnvironment(missing)) {
    return `take ${isAsked(missing) ? spec.name : `what needs ${spec.name}`} out of the environment`;
  }
  const own = request.platforms.filter((one) => there.includes(one));
  const usable = own.length > 0 ? own : there.filter((one) => world.platforms.includes(one));
  const line = (platforms: readonly Subdir[]) => entryLine(missing, world, { platforms });
  if (request.specs[0]?.name !== spec.name) {
    if (own.length > 0) return `leave ${world.platform} out in the "platforms" of the entry`;
    const instead = usable.length === 0 ? '' : `, or have it for ${usable.join(', ')} instead`;
    return `no platform of the entry has it: remove the entry${instead}`;
  }
  if (usable.length > 0) return `say so in the entry: ${line(usable)}`;
  return `add ${there.slice(0, 1).join('')} to "platforms" at the top and write ${line(there.slice(0, 1))}, or remove the entry`;
}
