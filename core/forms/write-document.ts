import { canonicalJson } from '../json.ts';
import { type FormBytes, type Section, sections } from './form.ts';

/** One `"file name":value` of a document's section; the value is canonical JSON. */
export interface Member {
  readonly filename: string;
  readonly json: Uint8Array;
}

/** A document with the two sections of repodata, by file name in order, batch by batch. */
export interface DocumentShape {
  /** Whatever it holds: `info` sorts before both sections. */
  readonly info: unknown;
  members(section: Section): AsyncIterable<readonly Member[]>;
  /** The keys behind the sections, in order; called when those are written. */
  readonly rest?: () => Readonly<Record<string, unknown>>;
}

/** The bytes that `canonicalJson` of the whole would have, spliced from its records' own. */
export async function* writeDocument({ info, members, rest = () => ({}) }: DocumentShape): FormBytes {
  yield ascii(`{"info":${canonicalJson(info)}`);
  for (const section of sections) {
    yield ascii(`,"${section}":{`);
    yield* splice(members(section));
    yield ascii('}');
  }
  const behind = Object.entries(rest()).map(([key, value]) => `,"${key}":${canonicalJson(value)}`);
  yield ascii(`${behind.join('')}}`);
}

async function* splice(batches: AsyncIterable<readonly Member[]>): FormBytes {
  let comma = '';
  for await (const batch of batches) {
    const parts: Uint8Array[] = [];
    for (const { filename, json } of batch) {
      parts.push(ascii(`${comma}"${filename}":`), json);
      comma = ',';
    }
    yield Buffer.concat(parts);
  }
}

const ascii = (text: string): Uint8Array => Buffer.from(text, 'latin1');
