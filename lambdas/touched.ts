import { z } from 'zod';
import { channelPlace } from '../core/layout/channel-place.ts';
import { channelNames, type ObjectKey, projectControlPrefix } from '../core/layout/keys.ts';
import { simplePlace } from '../core/layout/simple-place.ts';
import { type ProjectName, parseProjectName, projectNameSchema } from '../core/names/project-name.ts';
import { type Subdir, subdirSchema } from '../core/names/subdir.ts';
import { s3KeysSchema } from './events.ts';

/** What may have changed in a subdir: the objects under these keys, or anything. */
export type TouchedKeys = readonly ObjectKey[] | 'all';

/** What may have changed, and so is to be indexed. */
export interface Touched {
  readonly subdirs: ReadonlyMap<Subdir, TouchedKeys>;
  /** For pip. */
  readonly projects: ReadonlySet<ProjectName>;
}

interface Told extends Touched {
  /** Keys of no index; some are of files that somebody put in under a wrong name. */
  readonly others: readonly ObjectKey[];
}

const noSubdir: ReadonlyMap<Subdir, TouchedKeys> = new Map();
const noProject: ReadonlySet<ProjectName> = new Set();
const nothing = { subdirs: noSubdir, projects: noProject, others: [] };

/** What a message tells the indexer. An event is a hint: what it says is read anew, never trusted. */
export const toldSchema = z.union([
  z
    .strictObject({ type: z.literal('index'), subdir: subdirSchema })
    .transform(({ subdir }): Told => ({ ...nothing, subdirs: new Map([[subdir, 'all']]) })),
  z
    .strictObject({ type: z.literal('index'), project: projectNameSchema })
    .transform(({ project }): Told => ({ ...nothing, projects: new Set([project]) })),
  s3KeysSchema.transform((keys): Told => {
    const told = keys.map(touchedBy);
    return { ...union(told), others: told.flatMap(({ others }) => others) };
  }),
]);

/** All that several messages touch. */
export function union(touched: readonly Touched[]): Touched {
  const subdirs = new Map<Subdir, TouchedKeys>();
  for (const [subdir, keys] of touched.flatMap((each) => [...each.subdirs])) {
    const before = subdirs.get(subdir) ?? [];
    subdirs.set(subdir, before === 'all' || keys === 'all' ? 'all' : [...before, ...keys]);
  }
  return { subdirs, projects: new Set(touched.flatMap(({ projects }) => [...projects])) };
}

const [indexedChannel] = channelNames;
const channelControl = new RegExp(`^_gatehouse/control/${indexedChannel}/([^/]+)\\.json$`);

/** A changed control may change every record of its subdir, and every file of its project. */
function touchedBy(key: ObjectKey): Told {
  if (key.startsWith(`${indexedChannel}/`)) return inChannel(key);
  if (key.startsWith('simple/')) return inProjects(key);
  const subdir = subdirSchema.safeParse(channelControl.exec(key)?.[1]).data;
  if (subdir !== undefined) return { ...nothing, subdirs: new Map([[subdir, 'all']]) };
  const isControl = key.startsWith(projectControlPrefix) && key.endsWith('.json');
  const project = isControl ? parseProjectName(key.slice(projectControlPrefix.length, -'.json'.length)) : null;
  return project === null ? nothing : { ...nothing, projects: new Set([project]) };
}

function inChannel(key: ObjectKey): Told {
  const place = channelPlace(key);
  return place.kind === 'package'
    ? { ...nothing, subdirs: new Map([[place.subdir, [key]]]) }
    : { ...nothing, others: [key] };
}

function inProjects(key: ObjectKey): Told {
  const place = simplePlace(key);
  return place.kind === 'file' || place.kind === 'metadata'
    ? { ...nothing, projects: new Set([place.project]) }
    : { ...nothing, others: [key] };
}
