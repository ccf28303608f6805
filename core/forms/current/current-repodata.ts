import { Buffer } from 'node:buffer';
import { z } from 'zod';
import { md5Schema } from '../../digest.ts';
import type { IndexLine } from '../../index/state/index-line.ts';
import { canonicalJson, parseJson } from '../../json.ts';
import { type FormBytes, type FormSource, summariesOf } from '../form.ts';
import { writeRepodata } from '../repodata.ts';
import { chooseCurrent, type KnownNames } from './choose.ts';
import { currentSummary, type ReadName, readSummary, stemOf } from './summarise.ts';

/**
 * `current_repodata.json`: the newest of each name and what those need, for conda's classic solver. A `.conda` whose
 * `.tar.bz2` is listed too names its md5 (`legacy_bz2_md5`, CEP 36).
 */
export async function* currentRepodata(source: FormSource): FormBytes {
  const chosen = chooseCurrent(await readNames(source));
  const twins = new Map<string, string>();
  const wanted = new Set([...chosen].filter((filename) => filename.endsWith('.conda')).map(stemOf));
  yield* writeRepodata(source, (line) => {
    if (line.kind !== 'listed') return null;
    // The section of `.tar.bz2` is written first.
    const legacy = line.filename.endsWith('.tar.bz2');
    if (legacy && wanted.has(stemOf(line.filename))) twins.set(stemOf(line.filename), recordOf(line).md5);
    if (!chosen.has(line.filename)) return null;
    return legacy ? line.record : withTwin(line, twins.get(stemOf(line.filename)));
  });
}

async function readNames(source: FormSource): Promise<KnownNames> {
  const names = new Map<string, ReadName>();
  for (const section of ['packages.conda', 'packages'] as const) {
    for await (const summary of summariesOf(source, section, currentSummary)) {
      for (const [name, read] of readSummary(summary)) names.set(name, joined(names.get(name), read));
    }
  }
  return names;
}

/** conda does not see a `.tar.bz2` beside its `.conda`. */
function joined(sofar: ReadName | undefined, read: ReadName): ReadName {
  if (sofar === undefined) return read;
  const stems = new Set(sofar.known.map(({ filename }) => stemOf(filename)));
  const seen = read.known.filter(({ filename }) => !stems.has(stemOf(filename)));
  const depends = new Map(sofar.depends);
  for (const [version, specs] of read.depends) depends.set(version, [...(depends.get(version) ?? []), ...specs]);
  return { known: [...sofar.known, ...seen], depends };
}

const recordSchema = z.looseObject({ md5: md5Schema });

function recordOf({ filename, record }: IndexLine): z.infer<typeof recordSchema> {
  return parseJson(Buffer.from(record).toString('latin1'), recordSchema, filename);
}

function withTwin(line: IndexLine, md5: string | undefined): Uint8Array {
  if (md5 === undefined) return line.record;
  return Buffer.from(canonicalJson({ ...recordOf(line), legacy_bz2_md5: md5 }), 'latin1');
}
