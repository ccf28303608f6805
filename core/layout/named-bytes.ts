import { type Sha256, sha256Schema } from '../names/digest.ts';
import { type ChannelPlace, channelPlace } from './channel-place.ts';
import type { verdictsPrefix } from './gate-keys.ts';
import type { provenancesPrefix } from './keys.ts';
import { type SimplePlace, simplePlace } from './simple-place.ts';

/** Bytes that have, or had, a name. */
export interface NamedBytes {
  /** `linux-64/x-1.0-0.conda`, or `simple/x/x-1.0-py3-none-any.whl`. */
  readonly id: string;
  readonly sha256: Sha256;
}

/** Below both, a document lies for each bytes that had a name: `conda/linux-64/x-1.0-0.conda/<sha256>.json`. */
type DocumentsPrefix = typeof verdictsPrefix | typeof provenancesPrefix;

/** What a verdict or a provenance is of, by its key; null where none can lie. */
export function namedBytes(key: string, prefix: DocumentsPrefix): NamedBytes | null {
  const [, path, digits] = /^(.+)\/([0-9a-f]{64})\.json$/.exec(key.slice(prefix.length)) ?? [];
  if (path === undefined || !/^(?:conda|simple)\//.test(path)) return null;
  return { id: path.replace(/^conda\//, ''), sha256: sha256Schema.parse(digits) };
}

/** What a file is, by its id. */
export const placeById = (id: string): ChannelPlace | SimplePlace =>
  id.startsWith('simple/') ? simplePlace(id) : channelPlace(`conda/${id}`);
