import { type Allowlist, parseAllowlist } from '../../documents/allowlist/parse-allowlist.ts';
import type { Environment } from '../../documents/allowlist/read-environments.ts';
import type { MatchSpec } from '../../names/match-spec/parse-match-spec.ts';
import { canonicalMatchSpec } from '../../names/match-spec/solver-spec.ts';
import { compareVersions } from '../../names/version/version.ts';
import type { InstallRequest } from '../requests.ts';

interface FormedEnvironment {
  readonly environment: Environment;
  /** As they are written in the allowlist. */
  readonly specs: string[];
}

/**
 * The environment that has some entries planned together: all that they ask for. An environment has packages of the allowlist's
 * channels alone, each from one channel; an entry may name another, or be of an index.
 */
export function environmentOf(
  group: readonly InstallRequest[],
  name: string,
  allowlist: Pick<Allowlist, 'channels' | 'platforms'>,
): FormedEnvironment | 'contradicts itself' | 'cannot be written' {
  const channels = new Map(group.flatMap((one) => [...one.channels]));
  if (group.some((one) => one.made !== undefined || differ(one.channels, channels))) return 'cannot be written';
  const asked = new Map(group.flatMap(({ specs }) => specs.map((spec) => [written(spec, channels), spec] as const)));
  const specs = [...asked.values()];
  if (specs.some((one) => specs.some((other) => contradicts(one, other)))) return 'contradicts itself';
  if (!isAccepted({ [name]: [...asked.keys()] }, allowlist)) return 'cannot be written';
  const environment = { name, id: `environment:${name}`, specs, channels, line: 0 };
  return { environment, specs: [...asked.keys()] };
}

function isAccepted(
  environments: Record<string, string[]>,
  { channels, platforms }: Pick<Allowlist, 'channels' | 'platforms'>,
): boolean {
  const document = { channels, platforms, packages: [], environments };
  return parseAllowlist(Buffer.from(JSON.stringify(document)), 'allowlist.json').ok;
}

/** Whether some environment asks for all that these entries do. */
export function coveredBy(environments: readonly Environment[], group: readonly InstallRequest[]): boolean {
  return environments.some(({ specs, channels }) => {
    const asked = new Set(specs.map((spec) => written(spec, channels)));
    return group.every((one) => one.specs.every((spec) => asked.has(written(spec, one.channels))));
  });
}

const differ = (some: ReadonlyMap<string, string>, all: ReadonlyMap<string, string>): boolean =>
  [...some].some(([name, channel]) => all.get(name) !== channel);

/** A spec in its one spelling, with the URL of the channel that it must come from. */
function written(spec: MatchSpec, channels: ReadonlyMap<string, string>): string {
  return canonicalMatchSpec({ ...spec, channel: channels.get(spec.name) ?? null });
}

/** Two exact versions of one package, which an allowlist with such an environment is refused for. */
function contradicts(one: MatchSpec, other: MatchSpec): boolean {
  const [a, b] = [one.version?.term, other.version?.term];
  if (one.name !== other.name || a?.op !== '==' || b?.op !== '==') return false;
  return compareVersions(a.version, b.version) !== 0;
}
