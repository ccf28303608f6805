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
    const where = [first, ...others];
    const offered = isSure ? nothingToOffer : await offer(group, [...new Set(where.map(({ platform }) => platform))]);
    const entries = group.map(({ id }) => id);
    for (const place of places(where, allowlist.python)) apart.push({ ...place, entries, reason, ...offered });
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
  return async (group: readonly InstallRequest[], here: readonly Subdir[]): Promise<Offer> => {
    const formed = environmentOf(group, freeName(taken), allowlist);
    if (formed === 'contradicts itself') return nothingToOffer;
    if (formed === 'cannot be written') return { upstream: 'untried', environment: null };
    tried += 1;
    const { name } = formed.environment;
    const attempt = (platforms: readonly Subdir[]) =>
      (tried > maxTried ? nobodyCanSay : tryEnvironment)(formed.environment, platforms);
    const upstream = await whereItSolves(attempt, { all: allowlist.platforms, here });
    if (upstream === 'here' || upstream === 'unsolvable') return { upstream, environment: null };
    taken.add(name);
    return { upstream, environment: { [name]: formed.specs } };
  };
}

async function whereItSolves(
  attempt: (platforms: readonly Subdir[]) => Promise<boolean | null>,
  { all, here }: { readonly all: readonly Subdir[]; readonly here: readonly Subdir[] },
): Promise<Apart['upstream']> {
  const solves = await attempt(all);
  if (solves !== false) return solves ? 'solves' : 'untried';
  return here.length < all.length && (await attempt(here)) ? 'here' : 'unsolvable';
}

const nobodyCanSay: TryEnvironment = async () => null;

/** `together`, or what comes after. */
function freeName(taken: ReadonlySet<string>): string {
  for (let number = 1; ; number++) {
    const name = number === 1 ? 'together' : `together-${number}`;
    if (!taken.has(name)) return name;
  }
}
