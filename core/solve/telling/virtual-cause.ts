import { matchSpecMatches } from '../../names/match-spec/match-record.ts';
import type { MatchSpec } from '../../names/match-spec/parse-match-spec.ts';
import type { Cause, CauseWorld } from './cause.ts';

/** The virtual packages that say which system it is. */
const systems: Readonly<Record<string, string>> = {
  __win: 'Windows',
  __osx: 'macOS',
  __linux: 'Linux',
  __unix: 'Linux and macOS',
};

/** Why a virtual package (CEP 30) is not there, or not as it is asked for. */
export function virtualCause(spec: MatchSpec, { platform, virtualPackages }: CauseWorld): Cause {
  const { name } = spec;
  const had = virtualPackages[name];
  const system = systems[name];
  if (had === undefined && system !== undefined) {
    return { detail: `it is for ${system} alone`, hint: `leave ${platform} out in the "platforms" of the entry` };
  }
  const detail = `${platform} is taken to have ${had === undefined ? `no ${name}` : `${name} ${had}`}`;
  const wanted = wantedVersion(spec);
  const line = wanted === null ? '' : `: "virtualPackages": ${JSON.stringify({ [platform]: { [name]: wanted } })}`;
  return { detail, hint: `if your machines have it, say so in the allowlist${line}` };
}

/** The first version that a spec names and takes, with its build; null where it names none. */
function wantedVersion(spec: MatchSpec): string | null {
  const { name, version, build } = spec;
  const texts = version?.text.match(/[0-9][0-9A-Za-z.]*/g) ?? (version === null ? ['1'] : []);
  const fits = (text: string) => matchSpecMatches(spec, { name, version: text, build: build ?? '0', build_number: 0 });
  const wanted = texts.map((text) => text.replace(/\.$/, '')).find(fits);
  if (wanted === undefined) return null;
  return build === null || !/^\w+$/.test(build) || build === '0' ? wanted : `${wanted}=${build}`;
}
