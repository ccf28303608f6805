import type { ProjectRelease } from '../../documents/gate/verdict.ts';
import { normalProjectName } from '../../names/normal-project-name.ts';
import type { GateCandidate } from '../check.ts';

interface Named extends Pick<GateCandidate, 'kind' | 'name' | 'version'> {
  /** The release of which a package was made; null of all others. */
  readonly made: { readonly project: string; readonly version: string } | null;
  /** The projects that the published mapping has for the package's name. */
  readonly mapped: readonly string[];
}

/**
 * The releases of PyPI projects that a file is or holds, before it is read: a file for pip is itself, a package that was made is
 * of its release, any other is what the published mapping says of its name. That is noisy (`requests` was mapped to
 * `jupyter-sphinx` too, for a file in it): where one of several has the package's own name, it is that one. Once the
 * package is read, what it installs counts instead.
 */
export function projectsOf({ kind, name, version, made, mapped }: Named): ProjectRelease[] {
  if (kind !== 'package') return [{ project: normalProjectName(name), version, by: 'itself' }];
  if (made !== null) return [{ ...made, by: 'made' }];
  const projects = [...new Set(mapped.map(normalProjectName))];
  const own = projects.find((project) => project === normalProjectName(name));
  return (own === undefined ? projects : [own]).map((project) => ({ project, version, by: 'mapping' }));
}
