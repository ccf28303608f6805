import type { Allowlist } from '../documents/allowlist/parse-allowlist.ts';
import { verdictsPrefix } from '../layout/gate-keys.ts';
import { provenancesPrefix } from '../layout/keys.ts';
import { type NamedBytes, namedBytes, placeById } from '../layout/named-bytes.ts';
import { packageFileParts } from '../names/package-file-name.ts';
import { isSameVersion, versionOfFile } from '../names/release-version.ts';
import type { Store } from '../ports/store.ts';
import { isNamed } from '../yank/asked-release.ts';

/** A package or project, in any spelling, and one version of it or all. */
export interface AskedName {
  readonly name: string;
  readonly version: string | null;
}

export interface KnownFiles {
  /** Those that are asked for. */
  readonly files: readonly NamedBytes[];
  /** All versions of the name. */
  readonly versions: ReadonlySet<string>;
  /** All names that the store knows. */
  readonly names: ReadonlySet<string>;
}

/** Every bytes of a name that the gate judged, or that entered: by the keys of what is kept of them, for ever. */
export async function knownFiles(
  asked: AskedName,
  condaNames: Allowlist['condaNames'],
  store: Store,
): Promise<KnownFiles> {
  const files = new Map<string, NamedBytes>();
  const versions = new Set<string>();
  const names = new Set<string>();
  for await (const { bytes, name, version } of allKnown(store)) {
    names.add(name);
    if (!isNamed(name, asked, condaNames)) continue;
    versions.add(version);
    const isAsked = asked.version === null || isSameVersion(version, asked.version);
    if (isAsked) files.set(`${bytes.id} ${bytes.sha256}`, bytes);
  }
  return { files: [...files.values()], versions, names };
}

async function* allKnown(store: Store) {
  for (const prefix of [verdictsPrefix, provenancesPrefix] as const) {
    for await (const { key } of store.list(prefix)) {
      const bytes = namedBytes(key, prefix);
      const release = bytes && releaseOf(bytes.id);
      if (release) yield { bytes, ...release };
    }
  }
}

/** Name and version of a file, by its id. */
function releaseOf(id: string): { readonly name: string; readonly version: string } | null {
  const place = placeById(id);
  if (place.kind === 'package') return packageFileParts(place.filename);
  const version = place.kind === 'file' ? versionOfFile(place.fileName, place.project) : null;
  return place.kind === 'file' && version !== null ? { name: place.project, version } : null;
}
