import { likelyProject, looksLikeDistribution, type SimplePlace, simplePlace } from '../layout/simple-place.ts';
import { parseProjectName } from '../names/project-name.ts';
import type { PassedOver } from '../ports/store.ts';
import { type Stray, type StrayRules, thingTelling } from './strays.ts';

/** What in the pip index is none of its files. */
export const simpleStrays: StrayRules = { object: strayFile, thing: strayThing, whole: 'the pip index' };

function strayFile(key: string): Stray | null {
  const place = simplePlace(key);
  return place.kind === 'stray' ? (strayFolder(key) ?? { subject: key, ...telling(key, place.why) }) : null;
}

function strayThing({ path, kind }: PassedOver): Stray | null {
  // Of a folder its files tell.
  if (kind === 'folder' || simplePlace(path).kind === 'hidden') return null;
  return strayFolder(path) ?? { subject: path, ...thingTelling(kind, 'a file of a project', 'simple/') };
}

/** A folder that is told in the place of all that is in it. */
function strayFolder(path: string): Stray | null {
  const [, folder = '', name, inside] = path.split('/');
  if (name === undefined) return null;
  const project = parseProjectName(folder);
  if (project !== folder) {
    const hint = project === null ? away : `rename it to simple/${project}/, or move its files there`;
    return { subject: `simple/${folder}/`, detail: 'is no name of a project in its normal form (PEP 503)', hint };
  }
  if (inside === undefined) return null;
  const hint = `move the files of ${project} in it up, and it out of simple/`;
  return { subject: `simple/${folder}/${name}/`, detail: "is a folder within a project's", hint };
}

const away = 'move it out of simple/: who knows its name may read it';

function telling(key: string, why: (SimplePlace & { kind: 'stray' })['why']): Omit<Stray, 'subject'> {
  const name = key.slice(key.lastIndexOf('/') + 1);
  const home = likelyProject(name.replace(/\.metadata$/, ''));
  const hint = home === null ? away : `move it to simple/${home}/`;
  if (why === 'beside') return { detail: 'lies beside the projects', hint };
  if (why === 'project') return { detail: `is a file of another project, ${home}`, hint };
  const isMetadata = name.endsWith('.metadata') && home !== null;
  if (isMetadata) return { detail: 'is metadata beside a source distribution, which has none', hint: 'delete it' };
  if (!looksLikeDistribution(key)) return { detail: 'is no file of the pip index', hint: away };
  const kind = key.toLowerCase().endsWith('.whl') ? 'wheel (PEP 427)' : 'source distribution of the project (PEP 625)';
  return { detail: `is not named as a ${kind}`, hint: away };
}
