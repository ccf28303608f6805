import { join } from 'node:path';
import { zstdDecompressSync } from 'node:zlib';
import { z } from 'zod';
import { parseJson } from '../../../core/json/json.ts';
import { sha256Of } from '../../../core/names/digest.ts';
import { folderDigests, folderFiles } from '../machine/folder-files.ts';

const section = z.record(z.string(), z.looseObject({ sha256: z.string() }));
const repodataSchema = z.object({ packages: section, 'packages.conda': section });
const named = z.record(z.string(), z.looseObject({}));
const runExportsSchema = z.object({ packages: named, 'packages.conda': named });

/**
 * What anybody who installs from a store at this moment could stumble over: a package that is not what upstream has
 * (`genuine`: sha256 by `<subdir>/<file>`), an index file that cannot be read, a record that leads to nothing.
 */
export async function channelFaults(store: string, genuine: ReadonlyMap<string, string>): Promise<string[]> {
  const files = await folderFiles(join(store, 'conda'));
  const faults: string[] = [];
  const recorded: Recorded[] = [];
  for (const [path, bytes] of files) {
    if (path === 'channeldata.json') parseJson(bytes.toString(), z.looseObject({}), path);
    else if (path.endsWith('/run_exports.json')) recorded.push(...namesOf(path, bytes));
    else if (/\/(?:current_)?repodata\.json/.test(path)) recorded.push(...recordsOf(path, bytes));
    else if (sha256Of(bytes) !== genuine.get(path)) faults.push(`${path} has other bytes`);
  }
  // Listed again: an index may be newer than the first listing.
  const now = recorded.length > 0 ? await folderDigests(join(store, 'conda')) : {};
  return [
    ...faults,
    ...recorded
      .filter(([file, sha256]) => now[file] !== (sha256 ?? genuine.get(file)))
      .map(([file]) => `${file} is not there`),
  ];
}

/** A package an index file names, and its sha256 where it says so. */
type Recorded = readonly [file: string, sha256: string | undefined];

/** Throws when the file cannot be read. */
function namesOf(path: string, bytes: Buffer): Recorded[] {
  const { packages: bz2, 'packages.conda': conda } = parseJson(bytes.toString(), runExportsSchema, path);
  const subdir = path.slice(0, path.indexOf('/'));
  return Object.keys({ ...bz2, ...conda }).map((name) => [`${subdir}/${name}`, undefined]);
}

/** Throws when the index cannot be read. */
function recordsOf(path: string, bytes: Buffer): Recorded[] {
  const text = (path.endsWith('.zst') ? zstdDecompressSync(bytes) : bytes).toString();
  const { packages: bz2, 'packages.conda': conda } = parseJson(text, repodataSchema, path);
  const subdir = path.slice(0, path.indexOf('/'));
  return Object.entries({ ...bz2, ...conda }).map(([name, { sha256 }]) => [`${subdir}/${name}`, sha256]);
}
