import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { encode } from '@msgpack/msgpack';
import { canonicalJson, compareCodePoints } from '../../core/json/json.ts';
import { sha256Of } from '../../core/names/digest.ts';
import { type PackageFile, zstdFrame } from './build-package.ts';
import type { PackageIndex } from './package-metadata.ts';

/** One subdir's `repodata.json` (CEP 36). Records by file name. */
export interface RepodataDocument {
  readonly info: { readonly subdir: string; readonly base_url?: string };
  readonly packages: Readonly<Record<string, PackageIndex>>;
  readonly 'packages.conda': Readonly<Record<string, PackageIndex>>;
  readonly removed: readonly string[];
  /** 2 when `info.base_url` is set (CEP 15). */
  readonly repodata_version: 1 | 2;
}

/** A record and the file name it stands under. */
export type NamedRecord = readonly [filename: string, record: PackageIndex];

/** The keys of `info/index.json` that no record carries: conda-index's `filter_fields`. */
const unindexed = new Set([
  'arch',
  'has_prefix',
  'mtime',
  'platform',
  'ucs',
  'requires_features',
  'binstar',
  'target-triplet',
  'machine',
  'operatingsystem',
]);

/** A package's record as conda-index makes it: its index less ten keys, with md5, sha256 and size in bytes. */
export function recordOf({ index, digests }: Pick<PackageFile, 'index' | 'digests'>): PackageIndex {
  const kept = Object.entries(index).filter(([key]) => !unindexed.has(key));
  return { ...Object.fromEntries(kept), md5: digests.md5, sha256: digests.sha256, size: digests.size };
}

/** A subdir's document; `baseUrl` is where its packages are when that is not beside it, absolute, with a final `/`. */
export function repodataDocument(subdir: string, records: readonly NamedRecord[], baseUrl?: string): RepodataDocument {
  const sorted = records.toSorted(([a], [b]) => compareCodePoints(a, b));
  const [conda, bz2] = [true, false].map((want) => sorted.filter(([name]) => name.endsWith('.conda') === want));
  return {
    info: baseUrl === undefined ? { subdir } : { subdir, base_url: baseUrl },
    packages: Object.fromEntries(bz2 ?? []),
    'packages.conda': Object.fromEntries(conda ?? []),
    removed: [],
    repodata_version: baseUrl === undefined ? 1 : 2,
  };
}

/** `repodata.json`, `repodata.json.zst`, or `repodata_shards.msgpack.zst` with its shards (CEP 16). */
const repodataForms = ['json', 'zst', 'shards'] as const;
export type RepodataForm = (typeof repodataForms)[number];

/** Writes one subdir's document below a channel's folder in each form; the same document gives the same bytes. */
export async function writeRepodata(
  channelFolder: string,
  document: RepodataDocument,
  forms: readonly RepodataForm[] = repodataForms,
): Promise<void> {
  const folder = join(channelFolder, document.info.subdir);
  await mkdir(folder, { recursive: true });
  const json = Buffer.from(canonicalJson(document));
  if (forms.includes('json')) await writeFile(join(folder, 'repodata.json'), json);
  // Level 1 is both smaller and twice as fast as 3 on repodata.
  if (forms.includes('zst')) await writeFile(join(folder, 'repodata.json.zst'), zstdFrame(json, 1));
  if (forms.includes('shards')) await writeShards(folder, document);
}

async function writeShards(folder: string, document: RepodataDocument): Promise<void> {
  await mkdir(join(folder, 'shards'), { recursive: true });
  const hashes: Record<string, Uint8Array> = {};
  for (const [name, shard] of shardsOf(document)) {
    const bytes = packed(shard);
    const sha256 = sha256Of(bytes);
    hashes[name] = binary(sha256);
    await writeFile(join(folder, 'shards', `${sha256}.msgpack.zst`), bytes);
  }
  const { subdir, base_url = '' } = document.info;
  // conda and pixi raise a KeyError when either URL is left out.
  const info = { subdir, base_url, shards_base_url: './shards/', created_at: '2024-01-01T00:00:00Z' };
  await writeFile(join(folder, 'repodata_shards.msgpack.zst'), packed({ version: 1, info, shards: hashes }));
}

type Shard = Record<'packages' | 'packages.conda', Record<string, unknown>> & { readonly removed: readonly string[] };

function shardsOf(document: RepodataDocument): Map<string, Shard> {
  const shards = new Map<string, Shard>();
  for (const section of ['packages', 'packages.conda'] as const) {
    for (const [filename, record] of Object.entries(document[section])) {
      const name = String(record['name']);
      const shard: Shard = shards.get(name) ?? { packages: {}, 'packages.conda': {}, removed: [] };
      shard[section][filename] = shardRecord(record);
      shards.set(name, shard);
    }
  }
  return shards;
}

/** Hashes are BIN in a shard: mamba skips hex strings silently. */
function shardRecord(record: PackageIndex): PackageIndex {
  const hashes = Object.entries(record).filter(([key]) => key === 'md5' || key === 'sha256');
  return { ...record, ...Object.fromEntries(hashes.map(([key, hex]) => [key, binary(String(hex))])) };
}

/** A copy with its own buffer: a slice of Node's pool would be encoded the same, but keeps the pool alive. */
const binary = (hex: string): Uint8Array => Uint8Array.from(Buffer.from(hex, 'hex'));

const packed = (value: unknown): Uint8Array => zstdFrame(encode(value, { sortKeys: true }));
