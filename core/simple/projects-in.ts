import { projectControlPrefix, projectStatePrefix } from '../layout/keys.ts';
import { type ProjectName, parseProjectName } from '../names/project-name.ts';
import type { PassedOver, Store } from '../ports/store.ts';
import type { StrayCollector } from '../store/strays.ts';

/** Every project that has a folder, a control or a state, in order of name. Takes what lies in none of them. */
export async function projectsIn(store: Store, strays: StrayCollector): Promise<ProjectName[]> {
  const found = new Set([...(await projectsBelow(store, projectStatePrefix)), ...(await projectsWithControl(store))]);
  const others = (what: PassedOver) => projectOf(what.path) === null && strays.passedOver(what);
  for await (const { key } of store.list('simple/', others)) {
    const project = projectOf(key);
    if (project === null) strays.object(key);
    else found.add(project);
  }
  return [...found].sort();
}

/** Every project of which there is a state, in order of name. */
export const projectsWithState = (store: Store): Promise<ProjectName[]> => projectsBelow(store, projectStatePrefix);

export const projectsWithControl = (store: Store): Promise<ProjectName[]> => projectsBelow(store, projectControlPrefix);

async function projectsBelow(store: Store, prefix: string): Promise<ProjectName[]> {
  const projects: ProjectName[] = [];
  for await (const { key } of store.list(prefix)) {
    const project = parseProjectName(key.slice(prefix.length).replace(/\.json$/, ''));
    if (project !== null) projects.push(project);
  }
  return projects;
}

/** The project in whose folder something lies, whatever it is: what is wrong there is told with the project. */
function projectOf(path: string): ProjectName | null {
  const [, folder = '', name] = path.split('/');
  const project = name === undefined ? null : parseProjectName(folder);
  return project === folder ? project : null;
}
