import { type ProjectName, parseProjectName } from '../names/project-name.ts';

/** What names of conda packages come to, all of which have some project in them. */
export type NameChoice =
  | { readonly kind: 'one'; readonly name: string }
  /** All are the project's own name: `ruamel.yaml` and `ruamel_yaml`. */
  | { readonly kind: 'spellings'; readonly names: readonly string[] }
  /** None is the project's own name. */
  | { readonly kind: 'others'; readonly names: readonly string[] }
  | { readonly kind: 'none' };

/**
 * Chooses among conda packages that have a project in them. The one that is named as the project is (PEP 503) wins: most of
 * the 517 projects that are in several conda-forge packages are vendored by the others (pip by ansible, decorator by
 * jupyter-sphinx). Of several spellings nothing is said here. Without one, the only package there is (767 projects:
 * graphviz is python-graphviz); of several others nobody can tell (torch, opencv-python).
 */
export function chooseName(project: ProjectName, names: Iterable<string>): NameChoice {
  const all = [...new Set(names)].sort();
  const alike = all.filter((name) => isSpelling(name, project));
  const candidates = alike.length > 0 ? alike : all;
  const [only, ...more] = candidates;
  if (only === undefined) return { kind: 'none' };
  if (more.length === 0) return { kind: 'one', name: only };
  return { kind: alike.length > 0 ? 'spellings' : 'others', names: candidates };
}

/** Whether a conda package is named as a project is. Most names differ in their first letter, and hundreds of thousands are asked. */
export const isSpelling = (name: string, project: ProjectName): boolean =>
  name[0] === project[0] && parseProjectName(name) === project;
