import type { GateVerdict } from '../documents/gate/verdict.ts';
import { type Provenance, readProvenance } from '../documents/provenance.ts';
import { type FileProvenance, readFileProvenance } from '../documents/simple/file-provenance.ts';
import type { ChannelName } from '../layout/keys.ts';
import { type NamedBytes, placeById } from '../layout/named-bytes.ts';
import type { Store } from '../ports/store.ts';
import type { FileSource } from './why-file.ts';

/**
 * Who brought a file, and from where: by its provenance, or, of what never entered, by what its verdict says.
 *
 * @throws GatehouseError `json.invalid` when its provenance is damaged
 */
export async function fileSource(
  { id, sha256 }: NamedBytes,
  verdict: GateVerdict | null,
  { store, channel }: { readonly store: Store; readonly channel: ChannelName },
): Promise<FileSource | null> {
  const place = placeById(id);
  const entered =
    place.kind === 'package'
      ? await readProvenance(store, { ...place, channel }, sha256)
      : place.kind === 'file'
        ? await readFileProvenance(store, place, sha256)
        : null;
  if (entered !== null) return { ...sourceOf(entered), firstSeen: entered.firstSeen };
  if (verdict === null) return null;
  const { origin, facts } = verdict;
  return { origin, from: facts?.source ?? null, url: null, etag: null, by: null, madeOf: null, firstSeen: null };
}

type Source = Omit<FileSource, 'firstSeen'>;
const nobody = { from: null, url: null, etag: null, by: null, madeOf: null };

function sourceOf({ origin }: Provenance | FileProvenance): Source {
  switch (origin.type) {
    case 'upstream':
      return { ...nobody, origin: 'upstream', from: origin.channel, url: origin.url, etag: origin.etag ?? null };
    case 'index':
      return { ...nobody, origin: 'index', from: origin.index, url: origin.url, etag: origin.etag ?? null };
    case 'made': {
      const { index, url, fileName, sha256 } = origin;
      return { ...nobody, origin: 'made', from: index, url, madeOf: { id: fileName, sha256 } };
    }
    case 'published': {
      const wheel = 'wheel' in origin ? origin.wheel : undefined;
      const madeOf = wheel === undefined ? null : { id: wheel.fileName, sha256: wheel.sha256 };
      return { ...nobody, origin: 'published', by: origin.by, madeOf };
    }
    case 'copied':
      return { ...nobody, origin: 'copied' };
  }
}
