import { Buffer } from 'node:buffer';
import { z } from 'zod';
import { canonicalJson, compareCodePoints } from '../../json/json.ts';
import { newestOf } from '../../names/version/version-texts.ts';
import { channelFlags } from '../entries/channel-facts.ts';
import { type EntrySource, summariesOf } from '../entries/entry-source.ts';
import { parsePart } from '../entries/index-entry.ts';
import { channeldataSummary, mergePartials, type NamePartial, readPartials } from './name-partial.ts';

/** What all packages of one name and subdir add to `channeldata.json`. */
export interface NameInSubdir {
  /** The greatest of all its records, in milliseconds. */
  readonly timestamp: number;
  readonly fields: NamePartial['fields'];
  /** Those that any version has. */
  readonly flags: readonly string[];
  /** By version; of those that have any. */
  readonly runExports: Readonly<Record<string, unknown>>;
  /** The newest; of equal ones (`1.0`, `1.0.0`) the first by code point. Empty where there is none. */
  readonly version: string;
}

/**
 * What a subdir adds to `channeldata.json`: `name TAB value NEWLINE` for each name that is listed, in order of name. The
 * value is the canonical JSON of a {@link NameInSubdir}, so that names which did not change are copied, not parsed.
 *
 * @param only the names wanted; without it, all
 */
export async function subdirPart(source: EntrySource, only?: ReadonlySet<string>): Promise<Uint8Array> {
  const names = new Map<string, NamePartial>();
  for await (const partials of partialsOf(source)) {
    for (const [name, partial] of partials) {
      if (only?.has(name) ?? true) names.set(name, mergePartials(names.get(name), partial));
    }
  }
  const rows = [...names].sort(([a], [b]) => compareCodePoints(a, b));
  const text = rows.map(([name, partial]) => `${name}\t${canonicalJson(nameInSubdir(partial))}\n`);
  return Buffer.from(text.join(''), 'latin1');
}

/** `.conda` is read first: of two builds of the same time, its word counts. */
async function* partialsOf(source: EntrySource) {
  for (const section of ['packages.conda', 'packages'] as const) {
    for await (const summary of summariesOf(source, section, channeldataSummary)) yield readPartials(summary);
  }
}

function nameInSubdir({ timestamp, fields, versions }: NamePartial): NameInSubdir {
  const builds = Object.values(versions);
  const said = Object.entries(versions).filter(([, [, , runExports]]) => runExports !== null);
  return {
    timestamp,
    fields,
    flags: channelFlags.filter((flag) => builds.some(([, flags]) => flags.includes(flag))),
    runExports: Object.fromEntries(said.map(([version, [, , runExports]]) => [version, runExports])),
    version: newestVersion(Object.keys(versions)),
  };
}

/** The newest of some versions, of which some may be empty. */
export const newestVersion = (versions: readonly string[]): string =>
  newestOf(versions.filter((version) => version !== '').sort(compareCodePoints));

/** A row of a part: a name, and where the row lies. */
interface Row {
  readonly name: string;
  readonly start: number;
  readonly end: number;
}

export function* rowsOf(part: Uint8Array): Generator<Row, void, void> {
  const buffer = Buffer.from(part.buffer, part.byteOffset, part.length);
  for (let start = 0; start < buffer.length; ) {
    const end = buffer.indexOf('\n', start) + 1;
    yield { name: buffer.toString('latin1', start, buffer.indexOf('\t', start)), start, end };
    start = end;
  }
}

/** Our own row, held against the hash of its part: a schema of its fields would only walk it again. */
const rowSchema = z.custom<NameInSubdir>((value) => typeof value === 'object' && value !== null);

export const readRow = (part: Uint8Array, { name, start, end }: Row): NameInSubdir =>
  parsePart(part.subarray(start + name.length + 1, end - 1), rowSchema, `${name} in a part of channeldata`);

/** A part with the rows of some names in place of those it had of them. */
export function replaceRows(part: Uint8Array, names: ReadonlySet<string>, others: Uint8Array): Uint8Array {
  const rows = [
    ...[...rowsOf(part)].filter(({ name }) => !names.has(name)).map((row) => ({ ...row, of: part })),
    ...[...rowsOf(others)].map((row) => ({ ...row, of: others })),
  ];
  rows.sort((a, b) => compareCodePoints(a.name, b.name));
  return Buffer.concat(rows.map(({ of, start, end }) => of.subarray(start, end)));
}
