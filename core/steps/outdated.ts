import type { Allowlist } from '../documents/allowlist/parse-allowlist.ts';
import { compareCodePoints } from '../json/json.ts';
import { type NewerPackagesWorld, newerPackages } from '../outdated/newer-packages.ts';
import { type NewerReleasesWorld, newerReleases } from '../outdated/newer-releases.ts';
import type { LookedUp } from '../outdated/outdated.ts';
import { rememberUpstream } from '../solve/upstream-subdirs.ts';

/**
 * Looks up which updates exist upstream for what is here: conda packages in the allowlist's channels, and projects on our
 * own pages in its indexes. Changes nothing, and decides nothing: what comes is for the allowlist and a sync.
 *
 * @returns in order of name; a problem for each thing that could not be read
 * @throws GatehouseError `store.*`, `json.invalid` for a damaged index of our own
 */
export async function outdated(
  allowlist: Allowlist,
  world: NewerPackagesWorld & NewerReleasesWorld,
): Promise<LookedUp> {
  const packages = await newerPackages(allowlist, { ...world, openSubdir: rememberUpstream(world.openSubdir) });
  const projects = await newerReleases(allowlist, world);
  const all = [...packages.outdated, ...projects.outdated];
  return {
    outdated: all.sort((a, b) => compareCodePoints(a.name, b.name) || compareCodePoints(a.from, b.from)),
    count: packages.count + projects.count,
    problems: [...packages.problems, ...projects.problems],
  };
}
