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
  readonly request: Pick<InstallRequest, 'specs' | 'channels' | 'made'>;
}

/** Whether a request asks for a name itself, and does not only need it. */
export const isAsked = ({ spec, request }: Missing): boolean => request.specs.some(({ name }) => name === spec.name);

/** What to write in the allowlist for a package that other platforms have. */
export function platformsHint(
  { spec, request }: Missing,
  there: readonly Subdir[],
  { platforms, platform }: CauseWorld,
): string {
  const usable = there.filter((one) => platforms.includes(one));
  const [first] = request.specs;
  if (first?.name !== spec.name) return `leave ${platform} out in the "platforms" of the entry`;
  const channel = request.channels.get(spec.name);
  const entry = (of: readonly Subdir[]) =>
    JSON.stringify({ spec: first.text.trim(), ...(channel !== undefined && { channel }), platforms: of });
  if (usable.length > 0) return `say so in the entry: ${entry(usable)}`;
  return `add ${there.slice(0, 1).join('')} to "platforms" at the top and write ${entry(there.slice(0, 1))}, or remove the entry`;
}
