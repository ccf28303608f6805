import { readIndex } from '../index/read-index.ts';
import type { ChannelName } from '../layout/keys.ts';
import { type NamedBytes, placeById } from '../layout/named-bytes.ts';
import type { Subdir } from '../names/subdir.ts';
import type { Store } from '../ports/store.ts';
import { storedIndex } from '../resolve/stored-index.ts';
import { isDamaged } from '../store/read-json-object.ts';

/** Whether an index or a page that clients read lists some bytes. Each is read once; a damaged one lists nothing. */
export function listedFiles(store: Store, channel: ChannelName): (bytes: NamedBytes) => Promise<boolean> {
  const pages = storedIndex(store);
  const indexes = new Map<Subdir, ReturnType<typeof readIndex>>();
  const indexOf = (subdir: Subdir) => {
    const read = indexes.get(subdir) ?? readIndex(store, channel, subdir).catch(unlessDamaged);
    indexes.set(subdir, read);
    return read;
  };
  return async ({ id, sha256 }) => {
    const place = placeById(id);
    if (place.kind === 'package') return (await indexOf(place.subdir))?.get(place.filename)?.sha256 === sha256;
    if (place.kind !== 'file') return false;
    const files = (await pages.files(place.project)) ?? [];
    return files.some((file) => file.fileName === place.fileName && file.sha256 === sha256);
  };
}

function unlessDamaged(error: unknown): null {
  if (isDamaged(error)) return null;
  throw error;
}
