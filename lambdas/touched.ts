import { z } from 'zod';
import { channelPlace } from '../core/layout/channel-place.ts';
import { channelNames, type ObjectKey, projectControlPrefix } from '../core/layout/keys.ts';
import { keyWithin, type Side } from '../core/layout/sides.ts';
import { simplePlace } from '../core/layout/simple-place.ts';
import { type ProjectName, parseProjectName, projectNameSchema } from '../core/names/project-name.ts';
import { type Subdir, subdirSchema } from '../core/names/subdir.ts';
import { s3KeysSchema } from './events.ts';

/** What may have changed in a subdir: the objects under these keys, or anything. */
export type TouchedKeys = readonly ObjectKey[] | 'all';

/** What may have changed in a half of the store, and so is to be indexed; keys are as that half calls them. */
export interface Touched {
  readonly subdirs: ReadonlyMap<Subdir, TouchedKeys>;
  /** For pip. */
  readonly projects: ReadonlySet<ProjectName>;
  /** Keys of no index; some are of files that somebody put in under a wrong name. */
  readonly others: ReadonlySet<ObjectKey>;
}

export type TouchedSides = Readonly<Record<Side, Touched>>;

const nothing: Touched = { subdirs: new Map(), projects: new Set(), others: new Set() };

const untouched: TouchedSides = { channel: nothing, staging: nothing };

const onStaging = { staging: z.literal(true).exactOptional() };
const sideSaid = ({ staging = false }): Side => (staging ? 'staging' : 'channel');

const onSide = (side: Side, touched: Touched): TouchedSides => ({ ...untouched, [side]: touched });

/** What a message tells the indexer. An event is a hint: what it says is read anew, never trusted. */
export const toldSchema = z.union([
  z
    .strictObject({ type: z.literal('index'), subdir: subdirSchema, ...onStaging })
    .transform(({ subdir, ...said }) => onSide(sideSaid(said), { ...nothing, subdirs: new Map([[subdir, 'all']]) })),
  z
    .strictObject({ type: z.literal('index'), project: projectNameSchema, ...onStaging })
    .transform(({ project, ...said }) => onSide(sideSaid(said), { ...nothing, projects: new Set([project]) })),
  s3KeysSchema.transform((keys): TouchedSides => unionOfSides(keys.map(touchedBy))),
]);

/** All that several messages touch. */
export const unionOfSides = (touched: readonly TouchedSides[]): TouchedSides => ({
  channel: union(touched.map(({ channel }) => channel)),
  staging: union(touched.map(({ staging }) => staging)),
});

function union(touched: readonly Touched[]): Touched {
  const subdirs = new Map<Subdir, TouchedKeys>();
  for (const [subdir, keys] of touched.flatMap((each) => [...each.subdirs])) {
    const before = subdirs.get(subdir) ?? [];
    subdirs.set(subdir, before === 'all' || keys === 'all' ? 'all' : [...before, ...keys]);
  }
  const projects = new Set(touched.flatMap((each) => [...each.projects]));
  return { subdirs, projects, others: new Set(touched.flatMap(({ others }) => [...others])) };
}

const [indexedChannel] = channelNames;
const channelControl = new RegExp(`^_gatehouse/control/${indexedChannel}/([^/]+)\\.json$`);

function touchedBy(stored: ObjectKey): TouchedSides {
  const { side, key } = keyWithin(stored);
  return onSide(side, touchedWithin(key));
}

/** A changed control may change every record of its subdir, and every file of its project. */
function touchedWithin(key: ObjectKey): Touched {
  if (key.startsWith(`${indexedChannel}/`)) return inChannel(key);
  if (key.startsWith('simple/')) return inProjects(key);
  const subdir = subdirSchema.safeParse(channelControl.exec(key)?.[1]).data;
  if (subdir !== undefined) return { ...nothing, subdirs: new Map([[subdir, 'all']]) };
  const isControl = key.startsWith(projectControlPrefix) && key.endsWith('.json');
  const project = isControl ? parseProjectName(key.slice(projectControlPrefix.length, -'.json'.length)) : null;
  return project === null ? nothing : { ...nothing, projects: new Set([project]) };
}

function inChannel(key: ObjectKey): Touched {
  const place = channelPlace(key);
  return place.kind === 'package'
    ? { ...nothing, subdirs: new Map([[place.subdir, [key]]]) }
    : { ...nothing, others: new Set([key]) };
}

function inProjects(key: ObjectKey): Touched {
  const place = simplePlace(key);
  return place.kind === 'file' || place.kind === 'metadata'
    ? { ...nothing, projects: new Set([place.project]) }
    : { ...nothing, others: new Set([key]) };
}
