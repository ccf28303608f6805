import { chunksOf } from '../byte-source.ts';
import { digestStream } from '../digest.ts';
import { GatehouseError } from '../error.ts';
import type { ChannelName } from '../layout.ts';
import type { ListedPackage } from '../list-packages.ts';
import { identityProblems } from '../package/check-identity.ts';
import { readPackageInfo } from '../package/read-package-info.ts';
import type { Store, StoredObject } from '../ports/store.ts';
import { knownSha256s } from '../read-provenance.ts';
import type { Damage } from './damage.ts';

/** Reads every byte of a package again and holds it against what entered; metadata kept beside it is not believed. */
export async function verifyPackage(
  listed: ListedPackage,
  { store, channel }: { readonly store: Store; readonly channel: ChannelName },
): Promise<Damage[]> {
  const { key } = listed;
  const object = await store.get(key);
  if (object === null) return [{ code: 'verify.missing', key, detail: 'went away while it was read' }];
  const { sha256 } = await digestStream(chunksOf(object));
  const entered = await knownSha256s(store, { channel, subdir: listed.subdir, filename: listed.filename });
  if (entered.length === 0) return [{ code: 'verify.unknown', key, detail: 'has no provenance: run gatehouse index' }];
  if (entered.includes(sha256)) return unreadable(listed, object);
  const detail = `its bytes have sha256 ${sha256}; what entered had ${entered.join(' or ')}`;
  return [{ code: 'verify.bytes', key, detail }];
}

async function unreadable(listed: ListedPackage, object: StoredObject): Promise<Damage[]> {
  try {
    const { index } = await readPackageInfo(object, listed.filename);
    const problems = identityProblems({ index, fileName: listed.filename, subdir: listed.subdir });
    return problems.map(({ detail }) => ({ code: 'verify.unreadable', key: listed.key, detail }));
  } catch (error) {
    if (!(error instanceof GatehouseError)) throw error;
    return [{ code: 'verify.unreadable', key: listed.key, detail: error.message }];
  }
}
