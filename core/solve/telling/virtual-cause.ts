import { matchSpecMatches } from '../../names/match-spec/match-record.ts';
import type { MatchSpec } from '../../names/match-spec/parse-match-spec.ts';
import { type Cause, type CauseWorld, type Missing, platformsHint } from './cause.ts';

/** The virtual packages that say which system it is, and the platforms that are of it. */
const systems: Readonly<Record<string, { readonly system: string; readonly isOfIt: RegExp }>> = {
  __win: { system: 'Windows', isOfIt: /^win-/ },
  __osx: { system: 'macOS', isOfIt: /^osx-/ },
  __linux: { system: 'Linux', isOfIt: /^linux-/ },
  __unix: { system: 'Linux and macOS', isOfIt: /^(?:linux|osx)-/ },
};

/** Why a virtual package (CEP 30) is not there, or not as it is asked for. */
export function virtualCause(missing: Missing, world: CauseWorld): Cause {
  const { spec } = missing;
  const { platform, virtualPackages } = world;
  const { name } = spec;
  const had = virtualPackages[name];
  const { system, isOfIt } = systems[name] ?? {};
  if (had === undefined && isOfIt !== undefined) {
    const there = world.platforms.filter((one) => isOfIt.test(one));
    return { detail: `it is for ${system} alone`, hint: platformsHint(missing, there, world) };
  }
  const detail = `${platform} is taken to have ${had === undefined ? `no ${name}` : `${name} ${had}`}`;
  const wanted = wantedVersion(spec);
  const line = wanted === null ? '' : `: "virtualPackages": ${JSON.stringify({ [platform]: { [name]: wanted } })}`;
  return { detail, hint: `if your machines have it, say so in the allowlist${line}` };
}

/** The first version that a spec names and takes, with its build; null where it names none, or a pattern of builds. */
function wantedVersion(spec: MatchSpec): string | null {
  const { name, version, build } = spec;
  if (build !== null && !/^\w+$/.test(build)) return null;
  const texts = version?.text.match(/[0-9][0-9A-Za-z.]*/g) ?? (version === null ? ['1'] : []);
  const fits = (text: string) => matchSpecMatches(spec, { name, version: text, build: build ?? '0', build_number: 0 });
  const wanted = texts.map((text) => text.replace(/\.$/, '')).find(fits);
  if (wanted === undefined) return null;
  return build === null || build === '0' ? wanted : `${wanted}=${build}`;
}
