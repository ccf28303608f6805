import { type Allowlist, parseAllowlist } from '../../../core/documents/allowlist/parse-allowlist.ts';
import { indexKey } from '../../../core/layout/keys.ts';
import { sha256Of } from '../../../core/names/digest.ts';
import { packageFileNameSchema } from '../../../core/names/package-file-name.ts';
import { type Subdir, subdirSchema } from '../../../core/names/subdir.ts';
import { bytesSource } from '../../../core/ports/byte-source.ts';
import type { Store } from '../../../core/ports/store.ts';
import type { OfferedPackage } from '../../../core/publish/solving/own-channel.ts';
import type { OfferedWheel } from '../../../core/publish/solving/packages-of-wheel.ts';
import { readWheel } from '../../../core/wheel/read-wheel.ts';
import type { MemoryStore } from '../../twins/store-memory.ts';
import { buildWheel, type RawWheel, wheelName } from '../python/build-wheel.ts';
import { simpleScene } from '../simple/simple-scene.ts';
import { candidate, type RecordKeys } from '../solver/candidates.ts';

export function ownAllowlist(more: object = {}): Allowlist {
  const written = {
    channels: ['https://channel.test/c'],
    mapping: 'none',
    platforms: ['linux-64', 'osx-arm64', 'win-64'],
    python: ['3.11', '3.12'],
    reserved: ['acme'],
    packages: [],
    ...more,
  };
  const parsed = parseAllowlist(Buffer.from(JSON.stringify(written)), 'allowlist.json');
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
  return parsed.allowlist;
}

/** `name version [build]` and what its record says besides; `noarch` unless `subdir` says otherwise. */
export type WrittenRecord = readonly [text: string, keys?: RecordKeys];

export function offeredPackage([text, keys = {}]: WrittenRecord, format = '.conda'): OfferedPackage {
  const { key, record } = candidate(text, keys);
  const [subdir, file = ''] = key.split('/');
  return {
    subdir: subdirSchema.parse(subdir),
    filename: packageFileNameSchema.parse(file.replace('.conda', format)),
    record,
  };
}

/** What a channel with python needs, for the allowlist's pythons. */
export const pythons: readonly WrittenRecord[] = [
  ['python 3.11.9 0'],
  ['python 3.12.4 0'],
  ['pip 24.0 0', { depends: ['python >=3.8'] }],
];

/** Writes indexes that list these packages, and nothing else, where clients read them. */
export async function serveRecords(store: Store, records: readonly WrittenRecord[]): Promise<void> {
  const placed = records.map((one) => offeredPackage(one));
  const subdirs: Map<Subdir, OfferedPackage[]> = Map.groupBy(placed, ({ subdir }) => subdir);
  for (const [subdir, own] of subdirs) {
    const listed = own.map(({ filename, record }) => [
      filename,
      { ...record, subdir, size: 1, md5: '0'.repeat(32), sha256: sha256Of(filename) },
    ]);
    const text = JSON.stringify({ packages: {}, 'packages.conda': Object.fromEntries(listed) });
    await store.put(indexKey('conda', subdir, 'repodata.json'), Buffer.from(text));
  }
}

/** Puts wheels on our own pages, by file name and lines of METADATA. */
export async function serveWheels(store: MemoryStore, wheels: Readonly<Record<string, string>>): Promise<void> {
  const scene = simpleScene(store);
  for (const [fileName, metadata] of Object.entries(wheels)) await scene.mirror(fileName, { metadata });
  await scene.index();
}

/** A wheel as it is offered, by its file name and lines of METADATA behind name and version. */
export async function offeredWheel(fileName: string, metadata = '', more: RawWheel = {}): Promise<OfferedWheel> {
  const bytes = buildWheel({ ...more, fileName, metadata });
  const wheel = await readWheel(bytesSource(bytes), wheelName(fileName));
  return { wheel, sha256: sha256Of(bytes), size: bytes.length };
}
