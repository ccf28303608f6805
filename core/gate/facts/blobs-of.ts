import type { GateFacts } from '../../documents/gate/verdict.ts';
import type { Contents } from '../reading.ts';

/** A mebibyte: lightning 2.6.2 brought 11 MB of script into a Python package. */
const minBytes = 1024 ** 2;

/** Scripts of other languages, archives and bytes of no kind: what Python does not import, but can unpack and start. */
const foreign = /\.(?:[cm]?js|jar|node|zip|t?gz|tgz|tar|bz2|xz|zst|7z|rar|exe|bin|dat|img|so|dll|dylib)$/i;

/** The large foreign files of what has Python modules, the largest first. */
export function blobsOf({ members }: Contents): GateFacts['blobs'] {
  const all = [...members.values()];
  if (!all.some(({ path }) => path.endsWith('.py'))) return [];
  return all
    .filter(({ path, type, size }) => type === 'file' && size > minBytes && foreign.test(path))
    .map(({ path, size }) => ({ path, size }))
    .sort((a, b) => b.size - a.size);
}
