import { z } from 'zod';
import type { Sha256 } from './digest.ts';
import { channelNames } from './layout/route.ts';
import type { PackageFileName } from './package-file-name.ts';
import type { Subdir } from './subdir.ts';

export { representationOf } from './layout/representation.ts';
export { type RoutedKey, route } from './layout/route.ts';
export { channelNames };

/** A key of the store: `/`-separated, no empty, `.` or `..` part. Built here from parsed parts, never from raw text. */
export const objectKeySchema = z
  .string()
  .max(1024)
  .refine((key) => key.split('/').every((part) => part !== '' && part !== '.' && part !== '..'), 'is not an object key')
  .brand<'ObjectKey'>();
export type ObjectKey = z.infer<typeof objectKeySchema>;

const key = (...parts: readonly string[]): ObjectKey => objectKeySchema.parse(parts.join('/'));

export type ChannelName = (typeof channelNames)[number];

/** Everything below this prefix is private: no server and no edge ever answers for it. */
export const privatePrefix = '_gatehouse/';

export const packageKey = (channel: ChannelName, subdir: Subdir, fileName: PackageFileName): ObjectKey =>
  key(channel, subdir, fileName);

export const indexFiles = ['repodata.json', 'repodata.json.zst'] as const;
export type IndexFile = (typeof indexFiles)[number];

export const indexKey = (channel: ChannelName, subdir: Subdir, file: IndexFile): ObjectKey =>
  key(channel, subdir, file);

/** What was known when an artifact entered; create-only (design decision 6). */
export const provenanceKey = (channel: ChannelName, subdir: Subdir, fileName: PackageFileName, sha256: Sha256) =>
  key('_gatehouse', 'provenance', channel, subdir, fileName, `${sha256}.json`);

export const provenancePrefix = (channel: ChannelName, subdir: Subdir, fileName: PackageFileName): string =>
  `_gatehouse/provenance/${channel}/${subdir}/${fileName}/`;

/** What we decided since, one object a subdir, under compare-and-swap (design decision 5). */
export const controlKey = (channel: ChannelName, subdir: Subdir): ObjectKey =>
  key('_gatehouse', 'control', channel, `${subdir}.json`);

export const planKey = (id: Sha256): ObjectKey => key('_gatehouse', 'plans', `${id}.json`);

export const proofKey = (channel: ChannelName): ObjectKey => key('_gatehouse', 'proof', `${channel}.json`);
