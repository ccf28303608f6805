import type { Allowlist } from '../documents/allowlist/parse-allowlist.ts';
import type { Environment } from '../documents/allowlist/read-environments.ts';
import type { Subdir } from '../names/subdir.ts';
import type { Solver } from '../ports/solver.ts';
import { GatehouseError } from '../problems/error.ts';
import { dependencySpec } from '../record/dependency-spec.ts';
import { preferConda } from '../record/other-format.ts';
import { channelPools } from '../solve/channel-pools.ts';
import { solveRequest } from '../solve/solve-request.ts';
import { virtualPackagesFor } from '../solve/virtual-packages.ts';
import { type Dependency, subjectRef } from './bom.ts';
import type { ServedPackage } from './served-files.ts';

/** An environment of the allowlist on one platform. */
interface Wanted {
  readonly environment: Pick<Environment, 'id' | 'specs'>;
  readonly platform: Subdir;
  readonly allowlist: Pick<Allowlist, 'python' | 'virtualPackages'>;
}

export interface EnvironmentFiles {
  readonly packages: readonly ServedPackage[];
  readonly dependencies: readonly Dependency[];
}

/**
 * What a client would install for an environment today from this channel alone, with the first python that it solves with,
 * and which of the packages needs which.
 *
 * @throws GatehouseError `sbom.unsolvable` where it does not install
 */
export async function environmentFiles(
  { environment, platform, allowlist }: Wanted,
  served: readonly ServedPackage[],
  solver: Solver,
): Promise<EnvironmentFiles> {
  const records = new Map(
    [...Map.groupBy(served, ({ subdir }) => subdir)].map(([subdir, packages]) => [
      subdir,
      new Map(packages.map(({ filename, record }) => [filename, record])),
    ]),
  );
  const on = { platform, virtualPackages: virtualPackagesFor(platform, allowlist.virtualPackages[platform]) };
  const pool = await channelPools(records, preferConda).pool(on, environment.specs);
  const outcomes = await solveRequest(environment, { pool, solver, python: allowlist.python });
  const solved = outcomes.find(({ status }) => status === 'solved');
  if (solved === undefined) throw unsolvable(environment.id, platform, outcomes[0]?.explanation ?? '');
  const chosen = new Set(solved.artifacts);
  const packages = served.filter(({ id }) => chosen.has(id));
  return { packages, dependencies: dependenciesIn(packages, environment.specs) };
}

const unsolvable = (id: string, platform: Subdir, explanation: string) =>
  new GatehouseError('sbom.unsolvable', [`${id} does not install on ${platform}:`, ...explanation.split('\n')]);

/** In a solution each name is there once: a dependency's name says which package it is. */
function dependenciesIn(packages: readonly ServedPackage[], specs: Wanted['environment']['specs']): Dependency[] {
  const byName = new Map(packages.map(({ name, id }) => [name, id]));
  const idsOf = (names: readonly string[]) => [...new Set(names.flatMap((name) => byName.get(name) ?? []))].sort();
  const needed = packages.map(({ id, record }) => ({
    ref: id,
    dependsOn: idsOf(record.depends.map((text) => dependencySpec(text)?.name ?? '')),
  }));
  return [{ ref: subjectRef, dependsOn: idsOf(specs.map(({ name }) => name)) }, ...needed];
}
