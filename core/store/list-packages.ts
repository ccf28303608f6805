import type { ChannelName, ObjectKey } from '../layout/keys.ts';
import { type PackageFileName, parsePackageFileName } from '../names/package-file-name.ts';
import { type Subdir, subdirSchema } from '../names/subdir.ts';
import type { ObjectHead, Store } from '../ports/store.ts';

/** A channel and the store it lies in. */
export interface ChannelStore {
  readonly store: Store;
  readonly channel: ChannelName;
}

export interface ListedPackage extends ObjectHead {
  readonly subdir: Subdir;
  readonly filename: PackageFileName;
}

/** Every package file of a channel in the store, in order of key; index files and strays are passed over. */
export async function* listPackages(
  store: Store,
  channel: ChannelName,
  subdir?: Subdir,
): AsyncGenerator<ListedPackage> {
  const prefix = subdir === undefined ? `${channel}/` : `${channel}/${subdir}/`;
  for await (const head of store.list(prefix)) {
    const place = channelPlace(head.key);
    if (place !== null && place.filename !== null) yield { ...head, subdir: place.subdir, filename: place.filename };
  }
}

interface ChannelPlace {
  readonly subdir: Subdir;
  /** The last part of the key. */
  readonly name: string;
  /** The last part of the key when it names a package, else null. */
  readonly filename: PackageFileName | null;
}

/** What a key of a channel names: a file of one of its subdirs; null for any other. */
export function channelPlace(key: ObjectKey): ChannelPlace | null {
  const [, folder = '', name = '', ...deeper] = key.split('/');
  const subdir = subdirSchema.safeParse(folder);
  if (!subdir.success || deeper.length > 0) return null;
  return { subdir: subdir.data, name, filename: parsePackageFileName(name) };
}
