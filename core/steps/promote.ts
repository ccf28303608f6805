import type { ProjectName } from '../names/project-name.ts';
import { orProblem } from '../problems/or-problem.ts';
import type { Problem } from '../problems/problem.ts';
import { carryOut } from '../publish/carry-out.ts';
import type { Publication, PublishReport, PublishWorld } from '../publish/publication.ts';
import { type StagedRelease, stagedRelease } from '../publish/staged-release.ts';
import { takeCopy } from '../publish/take-copy.ts';
import { stagingStore } from '../store/staging-store.ts';

export interface Release {
  readonly name: ProjectName;
  /** As PEP 440 reads it, or as a conda package spells it. */
  readonly version: string;
}

/**
 * Publishes to the channel what staging holds of a release: its wheels, source distributions and conda packages, byte for
 * byte, with what was written down of each when it was published. They are checked as if they were published now; staging
 * keeps its own. Safe to run twice, and one that was cut off is finished by the same call. Pages and indexes are not
 * written here.
 *
 * @param world to the channel
 * @throws GatehouseError `store.*`, `json.invalid`
 */
export async function promote({ name, version }: Release, world: PublishWorld): Promise<PublishReport> {
  const staging = stagingStore(world.store);
  const found = await stagedRelease(name, version, staging);
  await using held = new AsyncDisposableStack();
  const publications: Publication[] = [];
  const problems: Problem[] = [];
  for (const file of found.files) {
    const taken = await orProblem(file.fileName, () => takeCopy({ ...file, part: staging }, world, held));
    if (taken === null) continue;
    if ('code' in taken) problems.push(refusedInStaging(taken));
    else publications.push(taken);
  }
  if (problems.length === 0 && publications.length === 0) problems.push(nothingStaged({ name, version }, found));
  if (problems.length > 0) return { files: [], warnings: [], problems };
  // Awaited here: what was staged is gone once this returns.
  return await carryOut(publications, world);
}

/** A refusal has no hint of its own: what is to be done depends on where the file lies. */
const refusedInStaging = (problem: Problem): Problem =>
  problem.code.startsWith('package.')
    ? { ...problem, hint: 'delete it in staging, and publish what was built with --to staging again' }
    : problem;

const nothingStaged = ({ name, version }: Release, { versions }: StagedRelease): Problem => ({
  code: 'publish.not-staged',
  subject: `${name} ${version}`,
  detail: versions.length === 0 ? `staging holds nothing of ${name}` : `staging holds ${name} ${versions.join(', ')}`,
  hint: versions.length === 0 ? 'gatehouse publish --to staging puts files there' : 'name one of these versions',
});
