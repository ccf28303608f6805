import { type Sha256, sha256Schema } from './digest.ts';
import { parseJson } from './json.ts';
import { type ChannelName, provenanceKey, provenancePrefix } from './layout.ts';
import type { PackageFileName } from './package-file-name.ts';
import type { Store } from './ports/store.ts';
import { type Provenance, provenanceSchema } from './provenance.ts';
import type { Subdir } from './subdir.ts';

interface Place {
  readonly channel: ChannelName;
  readonly subdir: Subdir;
  readonly filename: PackageFileName;
}

/** What was known when these very bytes entered, or null. */
export async function readProvenance(store: Store, place: Place, sha256: Sha256): Promise<Provenance | null> {
  const key = provenanceKey(place.channel, place.subdir, place.filename, sha256);
  const object = await store.get(key);
  if (object === null) return null;
  return parseJson(Buffer.from(await object.read(0, object.size)).toString('utf8'), provenanceSchema, key);
}

/** The sha256 of every bytes that ever entered under this name; more than one means an alarm was raised once. */
export async function knownSha256s(store: Store, { channel, subdir, filename }: Place): Promise<Sha256[]> {
  const found: Sha256[] = [];
  for await (const { key } of store.list(provenancePrefix(channel, subdir, filename))) {
    const name = sha256Schema.safeParse(key.slice(key.lastIndexOf('/') + 1, -'.json'.length));
    if (name.success) found.push(name.data);
  }
  return found;
}
