import { GatehouseError } from '../../error.ts';
import type { IndexLine } from './index-line.ts';

/**
 * The bytes of a segment: first the members of `repodata.json` as they stand there, `"filename":{record},` of every
 * listed line, so that serving copies one run of bytes a segment; then NEWLINE; then one row a line:
 * `filename TAB etag TAB size TAB kind TAB decision TAB record TAB runExports TAB facts NEWLINE`, where a listed line's
 * record is its length in bytes and any other's the JSON itself. All of it is ASCII, and canonical JSON holds no control
 * character, so that TAB and NEWLINE occur in no field.
 *
 * @param lines in order of file name, each name once
 */
export function encodeSegment(lines: readonly IndexLine[]): Uint8Array {
  const members: Uint8Array[] = [];
  const rows: Uint8Array[] = [];
  for (const line of lines) {
    if (line.kind === 'listed') members.push(text(`"${line.filename}":`), line.record, comma);
    rows.push(...encodeRow(line));
  }
  return Buffer.concat([...members, newline, ...rows]);
}

function encodeRow({ filename, etag, size, kind, decision = '', record, runExports, facts }: IndexLine): Uint8Array[] {
  if (!printable.test(`${etag}${decision}`)) throw new GatehouseError('internal.bug', `an ETag cannot be ${etag}`);
  const head = text(`${[filename, etag, size, kind, decision].join('\t')}\t`);
  return [head, kind === 'listed' ? text(`${record.length}`) : record, tab, runExports, tab, facts, newline];
}

const printable = /^[ -~]*$/;
const text = (ascii: string): Uint8Array => Buffer.from(ascii, 'latin1');
const comma = text(',');
const tab = text('\t');
const newline = text('\n');
