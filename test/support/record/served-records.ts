import { canonicalJson } from '../../../core/json/json.ts';
import { sha256Of } from '../../../core/names/digest.ts';
import { noarch, subdirSchema } from '../../../core/names/subdir.ts';
import { entryParts } from '../../../core/outputs/entries/channel-facts.ts';
import type { IndexEntry } from '../../../core/outputs/entries/index-entry.ts';
import { repodata } from '../../../core/outputs/repodata.ts';
import { buildShards } from '../../../core/outputs/shards/build-shards.ts';
import { shardIndex } from '../../../core/outputs/shards/shard-index.ts';
import type { ServedChannel } from '../../../core/ports/solver.ts';
import { acceptRecords, type UpstreamRecords } from '../../../core/upstream/accept-records.ts';
import { allOf, collected, sourceOf } from '../index/form-source.ts';

const facts = { build_number: 0, depends: [], md5: '0'.repeat(32), sha256: '0'.repeat(64), size: 1 };

/** What enters of a name's packages, by version and build, whose records have some members over what is sound. */
export function accepted(name: string, members: Readonly<Record<string, object>>): UpstreamRecords {
  const origin = { name, channel: 'https://up.test/c', subdir: noarch, packageBase: 'https://up.test/c/noarch/' };
  const records = Object.entries(members).map(([versionAndBuild, own]) => {
    const [version, build] = versionAndBuild.split('-');
    const value = { ...facts, name, version, build, ...own };
    return { filename: `${name}-${versionAndBuild}.conda`, format: '.conda' as const, value };
  });
  return acceptRecords(records, { ...origin, removed: new Set() });
}

/** A channel of records as our index files serve it in `noarch`, in one of the two forms that rattler reads. */
export async function servedRecords(
  records: UpstreamRecords['records'],
  form: 'repodata.json' | 'shards',
  runExports: unknown = null,
): Promise<ServedChannel> {
  const entries = records.map(({ filename, record }): IndexEntry => {
    const { record: shown, ...parts } = entryParts(record, { runExports, infoFiles: {} }, { firstSeen: 1 });
    return { filename, etag: '', size: 1, kind: 'listed', record: Buffer.from(canonicalJson(shown)), ...parts };
  });
  const source = sourceOf('noarch', entries);
  const files = new Map<string, Uint8Array>();
  if (form === 'repodata.json') files.set('noarch/repodata.json', Buffer.from(await collected(repodata(source))));
  else {
    const shards = await allOf(buildShards(source));
    for (const { sha256, bytes } of shards) files.set(`noarch/shards/${sha256}.msgpack.zst`, bytes);
    const named = new Map(shards.map(({ name, sha256 }) => [name, sha256]));
    files.set('noarch/repodata_shards.msgpack.zst', shardIndex({ subdir: noarch, createdAt: 0, shards: named }));
  }
  const id = sha256Of(canonicalJson([...files].map(([path, bytes]) => [path, sha256Of(bytes)])));
  const platform = subdirSchema.parse('linux-64');
  return { id, platform, virtualPackages: {}, read: async (path) => files.get(path) ?? null };
}
