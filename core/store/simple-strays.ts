import { looksLikeDistribution, type SimplePlace, simplePlace } from '../layout/simple-place.ts';
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
  return strayFolder(path) ?? { subject: path, ...thingTelling(kind, 'a wheel', 'simple/') };
}

/** A folder that is told in the place of all that is in it. */
function strayFolder(path: string): Stray | null {
  const [, folder = '', name, inside] = path.split('/');
  if (name === undefined) return null;
  if (parseProjectName(folder) !== folder) {
    return { subject: `simple/${folder}/`, detail: 'is no name of a project in its normal form (PEP 503)', hint: away };
  }
  if (inside === undefined) return null;
  return { subject: `simple/${folder}/${name}/`, detail: "is a folder within a project's", hint: away };
}

const away = 'move it out of simple/: who knows its name may read it';

function telling(key: string, why: (SimplePlace & { kind: 'stray' })['why']): Omit<Stray, 'subject'> {
  if (why === 'beside') return { detail: 'lies beside the projects', hint: away };
  if (why === 'project') return { detail: 'is a wheel of another project', hint: away };
  if (looksLikeDistribution(key)) {
    const detail = key.endsWith('.whl') ? 'is not named as a wheel' : 'is no wheel';
    return { detail: `${detail}, and pip gets wheels alone`, hint: away };
  }
  return { detail: 'is no file of the pip index', hint: away };
}
