import type { ChannelName } from './layout.ts';
import { type PackageFileName, parsePackageFileName } from './package-file-name.ts';
import type { ObjectHead, Store } from './ports/store.ts';
import { type Subdir, subdirSchema } from './subdir.ts';

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
    const [, folder = '', name = '', ...deeper] = head.key.split('/');
    const parsed = subdirSchema.safeParse(folder);
    const filename = parsePackageFileName(name);
    if (parsed.success && filename !== null && deeper.length === 0) yield { ...head, subdir: parsed.data, filename };
  }
}
