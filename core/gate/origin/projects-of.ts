import type { ProjectRelease } from '../../documents/gate/verdict.ts';
import { normalProjectName } from '../../names/normal-project-name.ts';
import type { Advice } from '../advice.ts';
import type { GateCandidate } from '../check.ts';
import { isFromOutside } from './from-outside.ts';

/**
 * The releases of PyPI projects that a file is or holds, by the best word there is: its own (a file for pip is itself, a package
 * that was made is of its release, one that was read is what it installs), else what the published mapping says of a channel's
 * package of that name. The mapping is noisy (`requests` was mapped to `jupyter-sphinx` too, for a file in it): where one of
 * several projects has the package's own name, it is that one.
 */
export function projectsOf(candidate: GateCandidate, advice: Advice): readonly ProjectRelease[] {
  const { kind, name, version, projects } = candidate;
  if (projects.length > 0) return projects;
  if (kind !== 'package') return [{ project: normalProjectName(name), version, by: 'itself' }];
  if (advice.status !== 'known' || !isFromOutside(candidate)) return [];
  const mapped = [...new Set(advice.mapped(name).map(normalProjectName))];
  const own = mapped.filter((project) => project === normalProjectName(name));
  return (own.length > 0 ? own : mapped).map((project) => ({ project, version, by: 'mapping' }));
}
