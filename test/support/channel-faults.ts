import { join } from 'node:path';
import { zstdDecompressSync } from 'node:zlib';
import { z } from 'zod';
import { sha256Of } from '../../core/digest.ts';
import { parseJson } from '../../core/json.ts';
import { folderDigests, folderFiles } from './folder-files.ts';

const section = z.record(z.string(), z.looseObject({ sha256: z.string() }));
const repodataSchema = z.object({ packages: section, 'packages.conda': section });

/**
 * What anybody who installs from a store at this moment could stumble over: a package that is not what upstream has
 * (`genuine`: sha256 by `<subdir>/<file>`), an index that cannot be read, a record that leads to nothing.
 */
export async function channelFaults(store: string, genuine: ReadonlyMap<string, string>): Promise<string[]> {
  const files = await folderFiles(join(store, 'conda'));
  const faults: string[] = [];
  const recorded: [file: string, sha256: string][] = [];
  for (const [path, bytes] of files) {
    if (path.includes('/repodata.json')) recorded.push(...recordsOf(path, bytes));
    else if (sha256Of(bytes) !== genuine.get(path)) faults.push(`${path} has other bytes`);
  }
  // Listed again: an index may be newer than the first listing.
  const now = recorded.length > 0 ? await folderDigests(join(store, 'conda')) : {};
  return [
    ...faults,
    ...recorded.filter(([file, sha256]) => now[file] !== sha256).map(([file]) => `${file} is not there`),
  ];
}

/** Throws when the index cannot be read. */
function recordsOf(path: string, bytes: Buffer): [file: string, sha256: string][] {
  const text = (path.endsWith('.zst') ? zstdDecompressSync(bytes) : bytes).toString();
  const { packages: bz2, 'packages.conda': conda } = parseJson(text, repodataSchema, path);
  const subdir = path.slice(0, path.indexOf('/'));
  return Object.entries({ ...bz2, ...conda }).map(([name, { sha256 }]) => [`${subdir}/${name}`, sha256]);
}
