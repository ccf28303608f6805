import { looksLikePackage } from '../layout/channel-place.ts';
import { channelNames, stagingFolder } from '../layout/keys.ts';
import { likelyProject } from '../layout/simple-place.ts';
import { subdirSchema } from '../names/subdir.ts';
import type { Store } from '../ports/store.ts';
import { collectStrays, type Stray, type StrayCollector, type StrayRules, thingTelling } from './strays.ts';

/** What lies in staging and neither in its channel nor in its pip index, where nobody serves it. */
export async function stagingStrays(store: Store): Promise<StrayCollector> {
  const strays = collectStrays(rules);
  for await (const { key } of store.list(`${stagingFolder}/`, strays.passedOver)) strays.object(key);
  return strays;
}

const [channel] = channelNames;
const served: readonly string[] = [channel, 'simple'];

const rules: StrayRules = {
  object: (key) => (isElsewhere(key) ? strayAt(key) : null),
  thing({ path, kind }) {
    if (!isElsewhere(path) || kind === 'folder') return null;
    return { subject: path, ...thingTelling(kind, 'what is staged', `${stagingFolder}/`) };
  },
  whole: stagingFolder,
};

/** Hidden files are passed over, as in the channel. */
function isElsewhere(path: string): boolean {
  const [, folder = '', ...below] = path.split('/');
  return !served.includes(folder) && ![folder, ...below].some((part) => part.startsWith('.'));
}

/** A folder is told in the place of all that is in it. */
function strayAt(key: string): Stray {
  const [, name = '', inside] = key.split('/');
  const detail = `lies in none of ${served.map((folder) => `${stagingFolder}/${folder}/`).join(' and ')}`;
  if (inside === undefined) return { subject: key, detail, hint: homeOf(name) };
  const hint = subdirSchema.safeParse(name).success
    ? `move its packages to ${stagingFolder}/${channel}/${name}/`
    : homes;
  return { subject: `${stagingFolder}/${name}/`, detail, hint };
}

const homes = `move packages to ${stagingFolder}/${channel}/ and files for pip to ${stagingFolder}/simple/, into their own folders`;

function homeOf(name: string): string {
  const project = likelyProject(name);
  if (project !== null) return `move it to ${stagingFolder}/simple/${project}/`;
  return looksLikePackage(name) ? `move it into the folder of its subdir below ${stagingFolder}/${channel}/` : homes;
}
