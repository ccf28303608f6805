import type { Allowlist } from '../../documents/allowlist/parse-allowlist.ts';
import type { Problem } from '../../problems/problem.ts';
import { matchesPlaced } from '../candidate-pool.ts';
import type { PypiRequest } from '../requests.ts';
import type { UpstreamView } from '../upstream-view.ts';
import type { RequestView } from './own-view.ts';
import { type GroupPart, type GroupWorld, solveGroup, unsolvedPart } from './solve-group.ts';

interface SolveOwnWorld extends GroupWorld {
  readonly view: UpstreamView;
  readonly allowlist: Pick<Allowlist, 'channels'>;
}

/**
 * Solves a PyPI entry whose project's files come from the store alone: its package is one that was published or copied in,
 * and nothing is made of the project.
 */
export async function solveOwn(
  place: number,
  request: PypiRequest,
  world: SolveOwnWorld & { readonly ownView: () => Promise<RequestView> },
): Promise<GroupPart> {
  const { made, specs, channels, id } = request;
  const { records } = await world.view.named(made.name, channels.get(made.name));
  const isThere = records.some((one) => specs.every((spec) => spec.name !== made.name || matchesPlaced(spec, one)));
  if (isThere) return solveGroup([[place, request]], await world.ownView(), world);
  const spelt = made.name.replaceAll('-', '_');
  const isSpelt = spelt !== made.name && (await world.view.named(spelt)).records.length > 0;
  const reason = isSpelt ? otherSpelling(request, spelt) : unpublishedProject(request);
  const problem = { code: 'plan.unpublished', subject: id, ...reason };
  return unsolvedPart([place, request], problem, { ...world, platform: world.view.platform, status: 'unsolvable' });
}

function otherSpelling({ made: { project, name } }: PypiRequest, spelt: string) {
  const hint = `add "condaNames": { "${project}": "${spelt}" } to the allowlist if it is`;
  return { detail: `no conda package ${name} is in this store; is ${spelt} this project?`, hint };
}

function unpublishedProject({ id, made: { name, wheel = null } }: PypiRequest) {
  const asked = id.slice('pypi:'.length);
  const hint = `gatehouse publish puts it there, as a wheel or as the conda package ${name}`;
  if (wheel === null)
    return { detail: `nothing that is ${asked} is in this store, and it comes from nowhere else`, hint };
  const detail = `no conda package of the wheel sha256:${wheel} is in this store as ${name}`;
  return { detail, hint: 'gatehouse publish puts that very wheel there' };
}

/**
 * Why an entry that pip can have is for pip alone in a store that has no channels, and no python to go with a conda package;
 * null where conda may have it.
 */
export async function pythonless({ id }: PypiRequest, { view, allowlist }: SolveOwnWorld): Promise<Problem | null> {
  if (allowlist.channels.length > 0 || (await view.named('python')).records.length > 0) return null;
  const detail = 'no python is in this store, and without "channels" it comes from nowhere else';
  return { code: 'plan.unpublished', subject: id, detail };
}
