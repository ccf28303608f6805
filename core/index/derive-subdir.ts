import type { Control } from '../documents/control.ts';
import type { FormSource } from '../forms/form.ts';
import { parseJson } from '../json.ts';
import { listPackages } from '../list-packages.ts';
import type { PackageFileName } from '../package-file-name.ts';
import { type RepodataRecord, recordSchema } from '../record/record.ts';
import type { Subdir } from '../subdir.ts';
import { indexLook } from './index-look.ts';
import type { IndexPackageWorld } from './index-package.ts';
import { sectionOf } from './state/diff-listing.ts';
import type { IndexLine } from './state/index-line.ts';

/** What a subdir's state must say, from packages, provenance and control alone; in order of key. */
export async function deriveSubdir(subdir: Subdir, control: Control, world: IndexPackageWorld): Promise<IndexLine[]> {
  const lines: IndexLine[] = [];
  for await (const listed of listPackages(world.store, world.channel, subdir)) {
    const decision = control.packages[listed.filename] ?? {};
    const { line } = await indexLook({ filename: listed.filename, listed, decision }, world);
    if (line !== null) lines.push(line);
  }
  return lines;
}

/** Lines in memory as forms read them. */
export const linesSource = (subdir: Subdir, lines: readonly IndexLine[]): FormSource => ({
  subdir,
  async *lines(section, only) {
    if (only?.has(0) ?? true) yield lines.filter(({ filename }) => sectionOf(filename) === section);
  },
});

/** The records that lines bring into the index, by file name. */
export function listedRecords(lines: readonly IndexLine[]): Map<PackageFileName, RepodataRecord> {
  const listed = lines.filter(({ kind }) => kind === 'listed');
  const parse = (json: Uint8Array, filename: string) =>
    parseJson(Buffer.from(json).toString('latin1'), recordSchema, filename);
  return new Map(listed.map(({ filename, record }) => [filename, parse(record, filename)]));
}
