import { z } from 'zod';
import { compareCodePoints } from '../json/json.ts';
import { projectsStateKey, rootPageKey } from '../layout/keys.ts';
import { type ProjectName, projectNameSchema } from '../names/project-name.ts';
import type { Store } from '../ports/store.ts';
import { mapInOrder } from '../store/map-in-order.ts';
import type { KeptPages } from './keep-pages.ts';
import { htmlPage, jsonPage, relativeUrl } from './page-text.ts';
import { readProjectState } from './project-state.ts';
import { projectsWithState } from './projects-in.ts';

const rootContentSchema = z.array(projectNameSchema);

/**
 * The list of projects that have files. Who updates a project says so here by its name alone: whether it has files is
 * always read from its state, after the root's, so that of two who update one project the later is right.
 *
 * @param touched the projects whose state may have changed; the others are taken as the root has them
 */
export const keptRoot = (store: Store, touched: readonly ProjectName[] | 'all'): KeptPages<ProjectName[]> => ({
  stateKey: projectsStateKey,
  content: rootContentSchema,
  isEmpty: (projects) => projects.length === 0,
  async look(known) {
    const all = known === null || touched === 'all';
    const looked = all ? await projectsWithState(store) : touched;
    const kept = all ? [] : known.filter((project) => !touched.includes(project));
    const projects = [...kept, ...(await withFiles(store, looked))].sort(compareCodePoints);
    return { content: projects, problems: [] };
  },
  pages: [
    { key: rootPageKey('index.json'), text: (projects) => jsonPage({ projects: projects.map((name) => ({ name })) }) },
    {
      key: rootPageKey('index.html'),
      text: (projects) =>
        htmlPage(
          'Projects',
          projects.map((name) => ({ text: name, attributes: { href: `${relativeUrl(name)}/` } })),
        ),
    },
  ],
});

const maxStatesAtOnce = 16;

async function withFiles(store: Store, projects: readonly ProjectName[]): Promise<ProjectName[]> {
  const found: ProjectName[] = [];
  const sized = mapInOrder(projects, maxStatesAtOnce, async (project) => {
    const { state } = await readProjectState(store, project);
    return { project, hasFiles: (state?.content.length ?? 0) > 0 };
  });
  for await (const { project, hasFiles } of sized) if (hasFiles) found.push(project);
  return found;
}
