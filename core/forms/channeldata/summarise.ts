import { Buffer } from 'node:buffer';
import { z } from 'zod';
import type { IndexLine } from '../../index/state/index-line.ts';
import { canonicalJson, parseJson } from '../../json.ts';
import { channelFields, isTrue, readFacts } from '../channel-facts.ts';
import type { Summary } from '../form.ts';
import { mergePartials, type NamePartial } from './partial.ts';

/** What the listed packages of a batch add to `channeldata.json`, by name. */
export const channeldataSummary: Summary = {
  name: 'channeldata-1',
  of(lines) {
    const names = new Map<string, NamePartial>();
    for (const line of lines) {
      if (line.kind !== 'listed') continue;
      const { name, partial } = partialOf(line);
      const sofar = names.get(name);
      names.set(name, sofar === undefined ? partial : mergePartials(sofar, partial));
    }
    return Buffer.from(canonicalJson(Object.fromEntries(names)), 'latin1');
  },
};

const recordSchema = z.looseObject({ name: z.string(), version: z.string(), timestamp: z.number().default(0) });

function partialOf(line: IndexLine): { name: string; partial: NamePartial } {
  const record = parseJson(latin1(line.record), recordSchema, line.filename);
  const { about, flags } = readFacts(line.facts);
  const runExports = parseJson(latin1(line.runExports), z.unknown(), line.filename);
  const { name, version } = record;
  const timestamp = milliseconds(record.timestamp);
  // The record has the last word, as it may be patched.
  const said: Readonly<Record<string, unknown>> = { ...about, ...record };
  const fields: NamePartial['fields'] = {};
  for (const field of channelFields) {
    if (isTrue(said[field])) fields[field] = [version, timestamp, said[field]];
  }
  const build = [timestamp, flags, isTrue(runExports) ? runExports : null] satisfies NamePartial['versions'][string];
  return { name, partial: { timestamp, fields, versions: { [version]: build } } };
}

/** 9999-12-31 in seconds: what is above must be milliseconds, as conda and conda-index hold it too. */
const lastSecond = 253402300799;

const milliseconds = (timestamp: number): number => (timestamp > lastSecond ? timestamp : timestamp * 1000);

const latin1 = (bytes: Uint8Array): string =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1');
