import { Buffer } from 'node:buffer';
import { canonicalJson, compareCodePoints } from '../../json/json.ts';
import type { Subdir } from '../../names/subdir.ts';
import { channelFlags } from '../entries/channel-facts.ts';
import type { EntrySource, OutputBytes } from '../entries/entry-source.ts';
import { mergeFields, type NamePartial } from './name-partial.ts';
import { type NameInSubdir, newestVersion, readRow, rowsOf, subdirPart } from './subdir-part.ts';

/**
 * `channeldata.json` (CEP 38): for each name what its newest packages say, which flags any version has, and the
 * run_exports of each version. Unlike conda-index's it depends on nothing but the packages there are: not on an older
 * file, nor on the order in which versions are met.
 */
export async function* channeldata(sources: readonly EntrySource[]): OutputBytes {
  const parts: ChannelPart[] = [];
  for (const source of sources) parts.push({ subdir: source.subdir, part: await subdirPart(source) });
  yield* joinParts(parts);
}

/** What one subdir adds, as `subdirPart` has it. */
export interface ChannelPart {
  readonly subdir: Subdir;
  readonly part: Uint8Array;
}

/** Bytes handed on at a time: a write each for so many names costs less than one for each name. */
const sliceLength = 64 * 1024;

/** `channeldata.json` of the parts of all subdirs; memory holds the parts and one name. */
export function* joinParts(parts: readonly ChannelPart[]): Generator<Uint8Array, void, void> {
  const ordered = [...parts].sort((a, b) => compareCodePoints(a.subdir, b.subdir));
  let text = '{"channeldata_version":1,"packages":{';
  let separator = '';
  for (const { name, found } of namesOf(ordered)) {
    text += `${separator}"${name}":${canonicalJson(shown(found))}`;
    separator = ',';
    if (text.length < sliceLength) continue;
    yield Buffer.from(text, 'latin1');
    text = '';
  }
  // With a newline at its end, as conda-index writes this one file.
  yield Buffer.from(`${text}},"subdirs":${canonicalJson(ordered.map(({ subdir }) => subdir))}}\n`, 'latin1');
}

interface FoundIn {
  readonly subdir: Subdir;
  readonly value: NameInSubdir;
}

/** Each name of some parts in order, with what each part that has it says. */
function* namesOf(parts: readonly ChannelPart[]): Generator<{ name: string; found: readonly FoundIn[] }, void, void> {
  const cursors = parts.map(({ subdir, part }) => {
    const rows = rowsOf(part);
    return { subdir, part, rows, next: rows.next().value ?? null };
  });
  for (;;) {
    const names = cursors.flatMap(({ next }) => (next === null ? [] : [next.name]));
    const [first, ...others] = names;
    if (first === undefined) return;
    const name = others.reduce((least, other) => (compareCodePoints(other, least) < 0 ? other : least), first);
    const found: FoundIn[] = [];
    for (const cursor of cursors) {
      const { subdir, part, rows, next } = cursor;
      if (next?.name !== name) continue;
      found.push({ subdir, value: readRow(part, next) });
      cursor.next = rows.next().value ?? null;
    }
    yield { name, found };
  }
}

/** One name over all subdirs. */
function shown(found: readonly FoundIn[]): Record<string, unknown> {
  const values = found.map(({ value }) => value);
  const fields = values.reduce<NamePartial['fields']>((all, value) => mergeFields(all, value.fields), {});
  const flags = new Set(values.flatMap((value) => value.flags));
  const timestamp = Math.max(0, ...values.map((value) => value.timestamp));
  return {
    ...Object.fromEntries(Object.entries(fields).map(([field, held]) => [field, held?.[2]] as const)),
    ...Object.fromEntries(channelFlags.map((flag) => [flag, flags.has(flag)] as const)),
    run_exports: Object.fromEntries(values.flatMap(({ runExports }) => Object.entries(runExports))),
    subdirs: found.map(({ subdir }) => subdir),
    timestamp: Math.floor(timestamp / 1000),
    version: newestVersion(values.map(({ version }) => version)),
  };
}
