import { Buffer } from 'node:buffer';
import { canonicalJson, compareCodePoints } from '../../json/json.ts';
import type { Subdir } from '../../names/subdir.ts';
import { newestOf } from '../../names/version/version-texts.ts';
import { channelFlags } from '../entries/channel-facts.ts';
import { type EntrySource, type OutputBytes, summariesOf } from '../entries/entry-source.ts';
import { parsePart } from '../entries/index-entry.ts';
import { channeldataSummary, mergeFields, mergePartials, type NamePartial, partialsSchema } from './partial.ts';

/** One name over all subdirs. */
interface Entry {
  fields: NamePartial['fields'];
  flags: Set<string>;
  runExports: Record<string, unknown>;
  subdirs: Subdir[];
  /** Milliseconds. */
  timestamp: number;
  version: string;
}

/**
 * `channeldata.json` (CEP 38): for each name what its newest packages say, which flags any version has, and the
 * run_exports of each version. Unlike conda-index's it depends on nothing but the packages there are: not on an older
 * file, nor on the order in which versions are met.
 */
export async function* channeldata(sources: readonly EntrySource[]): OutputBytes {
  const entries = new Map<string, Entry>();
  const ordered = [...sources].sort((a, b) => compareCodePoints(a.subdir, b.subdir));
  for (const source of ordered) {
    for (const [name, partial] of await readSubdir(source))
      addSubdir(entries, name, { partial, subdir: source.subdir });
  }
  const names = [...entries].sort(([a], [b]) => compareCodePoints(a, b));
  yield Buffer.from('{"channeldata_version":1,"packages":{');
  for (const [at, [name, entry]] of names.entries()) {
    yield Buffer.from(`${at === 0 ? '' : ','}"${name}":${canonicalJson(shown(entry))}`, 'latin1');
  }
  // With a newline at its end, as conda-index writes this one file.
  yield Buffer.from(`},"subdirs":${canonicalJson(ordered.map(({ subdir }) => subdir))}}\n`);
}

/** One subdir's parts, by name. `.conda` is read first: of two builds of the same time, its word counts. */
async function readSubdir(source: EntrySource): Promise<Map<string, NamePartial>> {
  const names = new Map<string, NamePartial>();
  for (const section of ['packages.conda', 'packages'] as const) {
    for await (const summary of summariesOf(source, section, channeldataSummary)) {
      const partials = parsePart(summary, partialsSchema, 'a summary of channeldata');
      for (const [name, partial] of Object.entries(partials)) names.set(name, mergePartials(names.get(name), partial));
    }
  }
  return names;
}

function addSubdir(
  entries: Map<string, Entry>,
  name: string,
  { partial, subdir }: { partial: NamePartial; subdir: Subdir },
): void {
  const empty = { fields: {}, flags: new Set<string>(), runExports: {}, subdirs: [], timestamp: 0, version: '' };
  const entry: Entry = entries.get(name) ?? empty;
  entries.set(name, entry);
  entry.fields = mergeFields(entry.fields, partial.fields);
  entry.subdirs.push(subdir);
  entry.timestamp = Math.max(entry.timestamp, partial.timestamp);
  // The newest of equal versions (`1.0`, `1.0.0`) is the first by code point.
  const versions = [entry.version, ...Object.keys(partial.versions)].filter((version) => version !== '');
  entry.version = newestOf(versions.sort(compareCodePoints));
  for (const [version, [, flags, runExports]] of Object.entries(partial.versions)) {
    for (const flag of flags) entry.flags.add(flag);
    if (runExports !== null) entry.runExports[version] = runExports;
  }
}

function shown({ fields, flags, runExports, subdirs, timestamp, version }: Entry): Record<string, unknown> {
  const values = Object.entries(fields).map(([field, held]) => [field, held?.[2]] as const);
  return {
    ...Object.fromEntries(values),
    ...Object.fromEntries(channelFlags.map((flag) => [flag, flags.has(flag)] as const)),
    run_exports: runExports,
    subdirs,
    timestamp: Math.floor(timestamp / 1000),
    version,
  };
}
