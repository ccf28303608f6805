import { type ProjectControl, readProjectControl } from '../documents/simple/project-control.ts';
import { compareCodePoints } from '../json/json.ts';
import { projectPageKey, projectStateKey } from '../layout/keys.ts';
import type { ProjectName } from '../names/project-name.ts';
import type { Problem } from '../problems/problem.ts';
import { mapInOrder } from '../store/map-in-order.ts';
import { simpleStrays } from '../store/simple-strays.ts';
import { collectStrays, type StrayCollector } from '../store/strays.ts';
import type { FileAtRest, LookWorld } from './file-at-rest.ts';
import { filesIn } from './files-in.ts';
import type { KeptPages, Shown } from './keep-pages.ts';
import { lookAtFile } from './look-at-file.ts';
import { projectHtml, projectJson } from './project-pages.ts';
import { type ListedFile, projectContentSchema } from './project-state.ts';
import { twinsAmong } from './twins.ts';

/**
 * A project's pages, and what they are made of. A project whose last file left keeps its pages, empty: a page that was
 * deleted would let a worker that stalled put an older one in its place, with files that were withdrawn since.
 */
export const keptProject = (project: ProjectName, world: LookWorld): KeptPages<ListedFile[]> => ({
  stateKey: projectStateKey(project),
  content: projectContentSchema,
  isEmpty: (files) => files.length === 0,
  look: (known) => lookAtProject(project, known ?? [], world),
  pages: [
    {
      key: projectPageKey(project, 'index.json'),
      text: (files, quarantined) => projectJson(project, files, quarantined),
    },
    {
      key: projectPageKey(project, 'index.html'),
      text: (files, quarantined) => projectHtml(project, files, quarantined),
    },
  ],
});

/** Files looked at side by side: each costs some requests, one after the other. */
const maxFilesAtOnce = 8;

/**
 * The files that a project's pages must list, in order of name, and what is wrong with the others; and where none is left,
 * why the last one was recalled.
 *
 * @throws GatehouseError `json.invalid` when control is damaged
 */
async function lookAtProject(
  project: ProjectName,
  known: readonly ListedFile[],
  world: LookWorld,
): Promise<Shown<ListedFile[]> & { problems: Problem[] }> {
  const strays = collectStrays(simpleStrays);
  const { control } = await readProjectControl(world.store, project);
  const atRest = await filesAtRest(project, { known, strays, control }, world);
  const content: ListedFile[] = [];
  const problems: Problem[] = [];
  for await (const found of mapInOrder(atRest, maxFilesAtOnce, (file) => lookAtFile(file, world))) {
    if (found === null) continue;
    if ('code' in found) problems.push(found);
    else content.push(found);
  }
  const others = strays.found().map((stray) => ({ code: 'index.stray', ...stray }));
  const quarantined = content.length === 0 ? lastRecall(control) : undefined;
  return { content, problems: [...problems, ...others], ...(quarantined !== undefined && { quarantined }) };
}

function lastRecall({ files }: ProjectControl): string | undefined {
  const recalls = Object.values(files).flatMap(({ recalled }) => recalled ?? []);
  return recalls.sort((a, b) => b.at - a.at || compareCodePoints(a.reason, b.reason))[0]?.reason;
}

interface Known {
  readonly known: readonly ListedFile[];
  readonly strays: StrayCollector;
  readonly control: ProjectControl;
}

async function filesAtRest(
  project: ProjectName,
  { known, strays, control }: Known,
  { store }: LookWorld,
): Promise<FileAtRest[]> {
  const knownByName = new Map(known.map((file) => [file.fileName, file]));
  const lying = (await filesIn(project, store, strays)).filter(({ file }) => file !== null);
  const twins = twinsAmong(project, lying);
  return lying.flatMap(({ fileName, file: head, metadata }): FileAtRest[] => {
    const about = { twins: twins(fileName), decision: control.files[fileName], known: knownByName.get(fileName) };
    return head === null ? [] : [{ project, fileName, head, metadata, ...about }];
  });
}
