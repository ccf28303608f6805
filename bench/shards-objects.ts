// A process of its own: every shard of a subdir the obvious way, from repodata.json as objects. A yardstick.
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { constants, zstdCompressSync } from 'node:zlib';
import { encode } from '@msgpack/msgpack';

type Records = Readonly<Record<string, { readonly name: string; readonly md5: string; readonly sha256: string }>>;
type Repodata = Readonly<Record<'packages' | 'packages.conda', Records>>;

const repodata: Repodata = JSON.parse(await readFile(process.argv[2] ?? '', 'utf8'));
const shards = new Map<string, Record<keyof Repodata, Record<string, unknown>>>();
for (const section of ['packages', 'packages.conda'] as const) {
  for (const [filename, record] of Object.entries(repodata[section])) {
    const shard = shards.get(record.name) ?? { packages: {}, 'packages.conda': {} };
    const hashes = { md5: Buffer.from(record.md5, 'hex'), sha256: Buffer.from(record.sha256, 'hex') };
    shard[section][filename] = { ...record, ...hashes, run_exports: {} };
    shards.set(record.name, shard);
  }
}
const params = { [constants.ZSTD_c_compressionLevel]: 3 };
for (const shard of shards.values())
  createHash('sha256')
    .update(zstdCompressSync(encode(shard), { params }))
    .digest();
