import { z } from 'zod';
import { channelNames, controlKey, type ObjectKey } from '../core/layout.ts';
import { type Subdir, subdirSchema } from '../core/subdir.ts';
import { s3KeysSchema } from './s3-notification.ts';

/** What is to be looked at in a subdir: these keys, or all. */
export type Look = readonly ObjectKey[] | 'all';

const indexSchema = z.strictObject({ type: z.literal('index'), subdir: subdirSchema });

/** A message to the indexer as the subdirs it touches. Events are hints: what they name is looked at, not believed. */
export const touchedSchema = z.union([
  indexSchema.transform(({ subdir }) => new Map<Subdir, Look>([[subdir, 'all']])),
  s3KeysSchema.transform((keys) => {
    const touched = new Map<Subdir, Look>();
    for (const key of keys) {
      const place = placeOf(key);
      if (place !== null) touched.set(place.subdir, both(touched.get(place.subdir), place.look));
    }
    return touched;
  }),
]);

/** Both looks in one. */
export function both(one: Look | undefined, other: Look): Look {
  if (one === undefined) return other;
  return one === 'all' || other === 'all' ? 'all' : [...one, ...other];
}

const [channel] = channelNames;

function placeOf(key: ObjectKey): { readonly subdir: Subdir; readonly look: Look } | null {
  const [, subdirOfPackage] = new RegExp(`^${channel}/([^/]+)/[^/]+$`).exec(key) ?? [];
  const [, subdirOfControl] = new RegExp(`^_gatehouse/control/${channel}/([^/]+)\\.json$`).exec(key) ?? [];
  const subdir = subdirSchema.safeParse(subdirOfPackage ?? subdirOfControl).data;
  if (subdir === undefined) return null;
  return { subdir, look: key === controlKey(channel, subdir) ? 'all' : [key] };
}
