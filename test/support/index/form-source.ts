import { applyHotfix, hotfixOf } from '../../../core/documents/patches/hotfix.ts';
import type { PatchInstructions } from '../../../core/documents/patches/patch-file.ts';
import { canonicalJson, compareCodePoints } from '../../../core/json/json.ts';
import { startDigests } from '../../../core/names/digest.ts';
import { packageFileNameSchema } from '../../../core/names/package-file-name.ts';
import { subdirSchema } from '../../../core/names/subdir.ts';
import { packageFacts } from '../../../core/outputs/entries/channel-facts.ts';
import type { EntrySource, OutputBytes } from '../../../core/outputs/entries/entry-source.ts';
import type { IndexEntry } from '../../../core/outputs/entries/index-entry.ts';
import { recordFromIndex } from '../../../core/package/index-json.ts';
import { readPackageInfo } from '../../../core/package/read-package-info.ts';
import { bytesSource } from '../../../core/ports/byte-source.ts';
import type { FormPackage } from './form-packages.ts';

/** The line of one package as its bytes tell it: no upstream record, and no `indexed_timestamp`. */
export async function lineOf(file: FormPackage, instructions: PatchInstructions | null = null): Promise<IndexEntry> {
  const filename = packageFileNameSchema.parse(file.filename);
  const digests = startDigests();
  digests.update(file.bytes);
  const info = await readPackageInfo(bytesSource(file.bytes), filename);
  const record = recordFromIndex(info.index, digests.finish(), subdirSchema.parse(file.subdir));
  const hotfix = instructions === null ? null : hotfixOf(filename, instructions);
  const shown = hotfix === null ? record : applyHotfix(record, hotfix);
  return {
    filename,
    etag: '"etag"',
    size: file.bytes.length,
    kind: shown === null ? 'withdrawn' : 'listed',
    record: Buffer.from(canonicalJson(shown ?? {})),
    ...packageFacts(info, hotfix === null ? undefined : record),
  };
}

/** A subdir's lines as a source, `batch` of them at a time; each section in order of file name. */
export function sourceOf(subdir: string, lines: readonly IndexEntry[], batch = 3): EntrySource {
  const sorted = [...lines].sort((a, b) => compareCodePoints(a.filename, b.filename));
  return {
    subdir: subdirSchema.parse(subdir),
    async *entries(section, only) {
      const format = section === 'packages' ? '.tar.bz2' : '.conda';
      const own = sorted.filter(({ filename }) => filename.endsWith(format));
      for (let at = 0; at < own.length; at += batch) {
        if (only?.has(at / batch) ?? true) yield own.slice(at, at + batch);
      }
    },
  };
}

/** Sources of every subdir that the packages are in, `instructions` laid over linux-64. */
export async function sourcesOf(
  packages: readonly FormPackage[],
  instructions: PatchInstructions | null = null,
  batch?: number,
): Promise<Map<string, EntrySource>> {
  const subdirs = new Map<string, IndexEntry[]>();
  for (const file of packages) {
    const line = await lineOf(file, file.subdir === 'linux-64' ? instructions : null);
    subdirs.set(file.subdir, [...(subdirs.get(file.subdir) ?? []), line]);
  }
  return new Map([...subdirs].map(([subdir, lines]) => [subdir, sourceOf(subdir, lines, batch)]));
}

export async function collected(bytes: OutputBytes): Promise<string> {
  const parts: Uint8Array[] = [];
  for await (const part of bytes) parts.push(part);
  return Buffer.concat(parts).toString('utf8');
}

export async function allOf<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}
