import { zstdCompressSync } from 'node:zlib';
import { encode } from '@msgpack/msgpack';
import { sha256Of } from '../../../core/names/digest.ts';

/** A repodata document as a test writes it. */
export interface TestRepodata {
  readonly info?: Readonly<Record<string, unknown>>;
  readonly packages?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  readonly 'packages.conda'?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  readonly removed?: readonly string[];
}

/** The file of one form of a subdir, by its name relative to the subdir. */
export type FormFiles = Readonly<Record<string, Uint8Array>>;

export const flatForm = (document: unknown): FormFiles => ({ 'repodata.json': Buffer.from(JSON.stringify(document)) });

export const zstForm = (document: unknown): FormFiles => ({
  'repodata.json.zst': zstdCompressSync(JSON.stringify(document)),
});

/** CEP 16: one shard a package name, hashes as bytes, the index naming each shard by the sha256 of what is sent. */
export function shardsForm(document: TestRepodata, info: Readonly<Record<string, unknown>> = {}): FormFiles {
  const files: Record<string, Uint8Array> = {};
  const shards: Record<string, Uint8Array> = {};
  for (const name of namesIn(document)) {
    const shard = zstdCompressSync(encode(shardOf(document, name)));
    const sha256 = sha256Of(shard);
    files[`shards/${sha256}.msgpack.zst`] = shard;
    shards[name] = Buffer.from(sha256, 'hex');
  }
  const index = { version: 1, info: { base_url: '', shards_base_url: './shards/', ...document.info, ...info }, shards };
  return { ...files, 'repodata_shards.msgpack.zst': zstdCompressSync(encode(index)) };
}

const nameOf = (fileName: string) => fileName.split('-').slice(0, -2).join('-');

function namesIn(document: TestRepodata): Set<string> {
  return new Set(
    [...Object.keys(document.packages ?? {}), ...Object.keys(document['packages.conda'] ?? {})].map(nameOf),
  );
}

function shardOf(document: TestRepodata, name: string): Record<string, unknown> {
  const section = (key: 'packages' | 'packages.conda') =>
    Object.fromEntries(
      Object.entries(document[key] ?? {})
        .filter(([fileName]) => nameOf(fileName) === name)
        .map(([fileName, record]) => [fileName, withBytes(record)]),
    );
  const removed = document.removed?.filter((fileName) => nameOf(fileName) === name) ?? [];
  return { packages: section('packages'), 'packages.conda': section('packages.conda'), removed };
}

function withBytes(record: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const entries = Object.entries(record).map(([key, value]) =>
    ['md5', 'sha256', 'legacy_bz2_md5'].includes(key) && typeof value === 'string'
      ? [key, Buffer.from(value, 'hex')]
      : [key, value],
  );
  return Object.fromEntries(entries);
}
