import type { Clock } from '../../ports/clock.ts';
import type { Solver } from '../../ports/solver.ts';
import type { Problem } from '../../problems/problem.ts';
import { condaInstalls } from './conda-installs.ts';
import { type Judged, judgePackage, judgeWheel } from './judge-offered.ts';
import { inFormatOf, secondFormats } from './other-formats.ts';
import { type OfferedPackage, type OwnWorld, openOwnChannel } from './own-channel.ts';
import {
  type OfferedWheel,
  type PackageOfWheel,
  type PackagesOfWheel,
  packagesOfWheel,
  pageOf,
} from './packages-of-wheel.ts';
import { pipInstalls } from './pip-installs.ts';

/** All that is to be published at once. Source distributions are not solved. */
export interface OfferedTogether {
  readonly wheels: readonly OfferedWheel[];
  /** Conda packages that were given as they are. */
  readonly packages: readonly OfferedPackage[];
}

export interface SolvedFirst {
  /** The conda packages of each wheel, to be made or taken over from staging: to the channel only such as install. */
  readonly made: ReadonlyMap<OfferedWheel, readonly PackageOfWheel[]>;
  readonly warnings: readonly Problem[];
  /** Any of them means that nothing is to be published. */
  readonly problems: readonly Problem[];
}

/**
 * Works out whether all that is offered would install from this channel with it, before anything is written: a conda
 * package with conda, a wheel with conda or with pip, each on some platform with some python of the allowlist. Where one of
 * the two cannot have a wheel, that is a warning which names what lacks and the line of the allowlist that brings it; where
 * neither can, a problem. In staging each lack is a warning. The second format of a package that is there is refused.
 *
 * @throws GatehouseError `json.invalid` for a damaged index
 */
export async function solveFirst(
  { wheels, packages }: OfferedTogether,
  world: OwnWorld & { readonly solver: Solver; readonly clock: Pick<Clock, 'sleep'> },
): Promise<SolvedFirst> {
  const { to, store, solver, clock } = world;
  const subdirs = packages.map(({ subdir }) => subdir);
  const own = await openOwnChannel(world, { wheels: wheels.map(pageOf), subdirs });
  const ofWheels = new Map<OfferedWheel, PackagesOfWheel>();
  for (const wheel of wheels) ofWheels.set(wheel, await inFormatOf(await packagesOfWheel(wheel, own), own, store));
  const made = [...ofWheels.values()].flatMap((one) => ('problem' in one ? [] : one.packages));
  const conda = await condaInstalls([...packages, ...made], own, solver);
  const pip = await pipInstalls(wheels, own, clock);
  const judged = [...ofWheels].map(([wheel, packaged]) => ({
    wheel,
    ...judgeWheel({ wheel, packaged }, { conda, pip, to }),
  }));
  const given: Judged[] = packages.map((one) => judgePackage(one, { conda, to }));
  return {
    made: new Map(judged.map(({ wheel, kept }) => [wheel, kept])),
    warnings: [...judged, ...given].flatMap(({ warnings }) => warnings),
    problems: [
      ...(await secondFormats(packages, own, store)),
      ...[...judged, ...given].flatMap(({ problems }) => problems),
    ],
  };
}
