import { canonicalJson, compareCodePoints } from '../../json/json.ts';
import { type OutputBytes, type Section, sections } from './entry-source.ts';

/** One `"file name":value` of a document's section; the value is canonical JSON. */
export interface Member {
  readonly filename: string;
  readonly json: Uint8Array;
}

/** A document with the two sections of repodata. */
export interface DocumentShape {
  /** Any value: the key `info` sorts before both sections. */
  readonly info: unknown;
  /** A section's members in order of file name, batch by batch, as `runOfMembers` lays them out. */
  members(section: Section): AsyncIterable<Uint8Array>;
  /** File names that stand behind the sections, in any order; whole once the members are read. */
  readonly removed?: string[];
}

/** The bytes that `canonicalJson` of the whole would have, spliced from its records' own. */
export async function* writeDocument({ info, members, removed }: DocumentShape): OutputBytes {
  yield ascii(`{"info":${canonicalJson(info)}`);
  for (const section of sections) {
    yield ascii(`,"${section}":{`);
    yield* withoutLastComma(members(section));
    yield ascii('}');
  }
  const names = removed && canonicalJson(removed.sort(compareCodePoints));
  yield ascii(names === undefined ? '}' : `,"removed":${names},"repodata_version":1}`);
}

/** Members as they stand in a section, each with a comma behind it. */
export function runOfMembers(members: readonly Member[]): Uint8Array {
  return Buffer.concat(members.flatMap(({ filename, json }) => [ascii(`"${filename}":`), json, comma]));
}

async function* withoutLastComma(runs: AsyncIterable<Uint8Array>): OutputBytes {
  let held: Uint8Array | null = null;
  for await (const run of runs) {
    if (run.length === 0) continue;
    if (held !== null) yield held;
    held = run;
  }
  if (held !== null) yield held.subarray(0, -1);
}

const ascii = (text: string): Uint8Array => Buffer.from(text, 'latin1');
const comma = ascii(',');
