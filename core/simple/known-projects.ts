import { projectControlPrefix } from '../layout/keys.ts';
import { type ProjectName, parseProjectName } from '../names/project-name.ts';
import type { PassedOver, Store } from '../ports/store.ts';
import type { StrayCollector } from '../store/strays.ts';
import { projectsWithState } from './kept-root.ts';

/**
 * Every project that has a folder, a control or a state, in order of name.
 *
 * @param strays takes what lies in none of them
 */
export async function knownProjects(store: Store, strays: StrayCollector): Promise<ProjectName[]> {
  const found = new Set(await projectsWithState(store));
  for await (const { key } of store.list(projectControlPrefix)) {
    const project = parseProjectName(key.slice(projectControlPrefix.length).replace(/\.json$/, ''));
    if (project !== null) found.add(project);
  }
  const others = (what: PassedOver) => projectOf(what.path) === null && strays.passedOver(what);
  for await (const { key } of store.list('simple/', others)) {
    const project = projectOf(key);
    if (project === null) strays.object(key);
    else found.add(project);
  }
  return [...found].sort();
}

/** The project in whose folder something lies, whatever it is: what is wrong there is told with the project. */
function projectOf(path: string): ProjectName | null {
  const [, folder = '', name] = path.split('/');
  const project = name === undefined ? null : parseProjectName(folder);
  return project === folder ? project : null;
}
