import { channelPlace } from '../layout/channel-place.ts';
import type { ChannelName } from '../layout/keys.ts';
import type { PackageFileName } from '../names/package-file-name.ts';
import type { Subdir } from '../names/subdir.ts';
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

/**
 * Every package file of a channel in the store, in order of key. Index files and strays are passed over, links to folders
 * among them: a package is a file right in its subdir, so no package can lie behind one. A subdir that is a link throws
 * when it is listed by itself.
 */
export async function* listPackages(
  store: Store,
  channel: ChannelName,
  subdir?: Subdir,
): AsyncGenerator<ListedPackage> {
  const prefix = subdir === undefined ? `${channel}/` : `${channel}/${subdir}/`;
  for await (const head of store.list(prefix, () => {})) {
    const place = channelPlace(head.key);
    if (place.kind === 'package') yield { ...head, subdir: place.subdir, filename: place.filename };
  }
}
