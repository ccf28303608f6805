import type { Allowlist } from '../../documents/allowlist/parse-allowlist.ts';
import type { Apart } from '../../documents/plan.ts';
import type { Subdir } from '../../names/subdir.ts';
import type { InstallRequest } from '../requests.ts';
import { coveredBy, environmentOf } from './environment-of.ts';
import type { TryEnvironment } from './try-environment.ts';

/** Entries that do not go together on a platform, with a python. */
export interface FoundApart {
  readonly group: readonly InstallRequest[];
  readonly reason: string;
  /** Whether no other versions could change it. */
  readonly isSure?: boolean;
  readonly platform: Subdir;
  readonly python: string | null;
}

/** So many environments are tried: each is solved anew from upstream, on each platform. */
const maxTried = 10;

/**
 * What is told of entries that do not go together: each group once, with its platforms. One that an environment of the allowlist
 * covers is not told of: the plan says how that environment fares. With it comes the line of `environments` that has versions
 * planned which go together, unless there are none.
 */
export async function describeApart(
  found: readonly FoundApart[],
  allowlist: Allowlist,
  tryEnvironment: TryEnvironment | undefined,
): Promise<Apart[]> {
  const uncovered = found.filter(({ group }) => !coveredBy(allowlist.environments, group));
  const alike = Map.groupBy(uncovered, ({ group }) => group.map(({ id, platforms }) => [id, ...platforms]).join('\n'));
  const offer = openOffers(allowlist, tryEnvironment);
  const apart: Apart[] = [];
  for (const [first, ...others] of alike.values()) {
    if (first === undefined) continue;
    const { group, reason, isSure = false } = first;
    const offered = isSure ? nothingToOffer : await offer(group);
    const entries = group.map(({ id }) => id);
    for (const where of places([first, ...others], allowlist.python))
      apart.push({ ...where, entries, reason, ...offered });
  }
  return apart;
}

/** The platforms where a group was found with the same pythons, together; with all that are listed is with none. */
function places(found: readonly FoundApart[], listed: readonly string[]): Pick<Apart, 'platforms' | 'python'>[] {
  const byPlatform = [...Map.groupBy(found, ({ platform }) => platform)].map(([platform, here]) => ({
    platform,
    python: here.length === listed.length ? [] : here.flatMap(({ python }) => python ?? []),
  }));
  return [...Map.groupBy(byPlatform, ({ python }) => python.join()).values()].map((alike) => ({
    platforms: alike.map(({ platform }) => platform),
    python: alike[0]?.python ?? [],
  }));
}

type Offer = Pick<Apart, 'upstream' | 'environment'>;

const nothingToOffer: Offer = { upstream: 'unsolvable', environment: null };

function openOffers(allowlist: Allowlist, tryEnvironment: TryEnvironment = nobodyCanSay) {
  const taken = new Set(allowlist.environments.map(({ name }) => name));
  let tried = 0;
  return async (group: readonly InstallRequest[]): Promise<Offer> => {
    const formed = environmentOf(group, freeName(taken));
    if (formed === 'contradicts itself') return nothingToOffer;
    if (formed === 'not of channels alone') return { upstream: 'untried', environment: null };
    tried += 1;
    const solves = await (tried > maxTried ? nobodyCanSay : tryEnvironment)(formed.environment);
    if (solves === false) return nothingToOffer;
    const { name } = formed.environment;
    taken.add(name);
    return { upstream: solves ? 'solves' : 'untried', environment: { [name]: formed.specs } };
  };
}

const nobodyCanSay: TryEnvironment = async () => null;

/** `together`, or what comes after. */
function freeName(taken: ReadonlySet<string>): string {
  for (let number = 1; ; number++) {
    const name = number === 1 ? 'together' : `together-${number}`;
    if (!taken.has(name)) return name;
  }
}
