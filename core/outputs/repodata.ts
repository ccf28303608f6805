import { Buffer } from 'node:buffer';
import { canonicalJson } from '../json/json.ts';
import type { PackageFileName } from '../names/package-file-name.ts';
import { readFacts } from './entries/channel-facts.ts';
import {
  type EntrySource,
  type OutputBytes,
  type RecordSource,
  type Section,
  type Summary,
  sections,
  summariesOf,
} from './entries/entry-source.ts';
import { type IndexEntry, jsonPart } from './entries/index-entry.ts';
import { type Member, runOfMembers, writeDocument } from './entries/write-document.ts';

/**
 * `repodata.json` (CEP 36) with all five keys. `removed` names what was withdrawn: it informs, clients go by the
 * record's absence.
 */
export function repodata(source: EntrySource): OutputBytes {
  return writeRepodata(source, (entry) => (entry.kind === 'listed' ? entry.record : null));
}

/**
 * `repodata_from_packages.json`: `repodata.json` as it would be without the organisation's own hotfixes, what those
 * remove included. Upstream's hotfixes stay: without them its packages do not solve (docs/decisions.md 5).
 */
export function repodataFromPackages(source: EntrySource): OutputBytes {
  return writeRepodata(source, (entry) => unpatchedRecord(entry) ?? (entry.kind === 'listed' ? entry.record : null));
}

/** A document like `repodata.json` with the record that `recordOf` picks of each entry, or none. */
function writeRepodata(source: EntrySource, recordOf: (entry: IndexEntry) => Uint8Array | null): OutputBytes {
  const removed: PackageFileName[] = [];
  const split = (entries: readonly IndexEntry[]): Member[] =>
    entries.flatMap((entry) => {
      const json = recordOf(entry);
      if (json === null && entry.kind === 'withdrawn') removed.push(entry.filename);
      return json === null ? [] : [{ filename: entry.filename, json }];
    });
  async function* members(section: Section): OutputBytes {
    for await (const entries of source.entries(section)) yield runOfMembers(split(entries));
  }
  return writeDocument({ info: { subdir: source.subdir }, members, removed });
}

/** The bytes of {@link repodata}, copied in runs of records that nobody decodes; and how many they will be. */
export async function spliceRepodata(
  source: RecordSource,
): Promise<{ readonly bytes: OutputBytes; readonly size: number }> {
  const info = { subdir: source.subdir };
  const removed: PackageFileName[] = [];
  for (const section of sections)
    for await (const { filename } of source.records(section).withdrawn()) removed.push(filename);
  const bytes = writeDocument({ info, members: (section) => source.records(section).batches(), removed });
  const frame = canonicalJson({ info, packages: {}, 'packages.conda': {}, removed, repodata_version: 1 });
  const sizes = sections.map((section) => Math.max(0, source.records(section).size - 1));
  return { bytes, size: sizes.reduce((sum, size) => sum + size, frame.length) };
}

/**
 * `run_exports.json` (CEP 12): what every package's own `info/run_exports.json` says, `{}` included; never patched, so
 * that it holds what the organisation's hotfixes remove too. conda-index writes version 1, which no text describes; the
 * CEP's is 0.
 */
export function runExports(source: EntrySource): OutputBytes {
  const [platform, arch = platform] = source.subdir.split('-');
  const info = { arch, platform, subdir: source.subdir, version: 0 };
  return writeDocument({ info, members: (section) => summariesOf(source, section, runExportsSummary) });
}

/** What the entries of a batch add to the document, as it stands there. */
const runExportsSummary: Summary = {
  name: 'run_exports-1',
  of(entries) {
    // The unpatched index has what is listed, and what is taken out by the organisation's own hotfix alone.
    const shown = entries.filter(
      (entry) => entry.kind === 'listed' || (entry.kind === 'withdrawn' && unpatchedRecord(entry) !== null),
    );
    const json = (part: Uint8Array) => Buffer.concat([Buffer.from('{"run_exports":'), part, Buffer.from('}')]);
    return runOfMembers(shown.map(({ filename, runExports }) => ({ filename, json: json(runExports) })));
  },
};

const unpatchedKey = Buffer.from('"unpatched":');

/** The key is searched for as bytes first: few entries have one, and the others need not be parsed. */
function unpatchedRecord({ facts }: IndexEntry): Uint8Array | null {
  const bytes = Buffer.from(facts.buffer, facts.byteOffset, facts.length);
  if (!bytes.includes(unpatchedKey)) return null;
  const { unpatched } = readFacts(facts);
  return unpatched === undefined ? null : jsonPart(unpatched);
}
