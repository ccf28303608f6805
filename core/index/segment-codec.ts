import type { PackageFileName } from '../names/package-file-name.ts';
import type { IndexEntry } from '../outputs/entries/index-entry.ts';
import { GatehouseError } from '../problems/error.ts';

/**
 * The bytes of a segment: first the members of `repodata.json` as they stand there, `"filename":{record},` of every
 * listed entry, so that serving copies one run of bytes a segment; then NEWLINE; then one row an entry:
 * `filename TAB etag TAB size TAB kind TAB override TAB record TAB runExports TAB facts NEWLINE`, where a listed entry's
 * record is its length in bytes and any other's the JSON itself. All of it is ASCII, and canonical JSON holds no control
 * character, so that TAB and NEWLINE occur in no field.
 *
 * @param entries in order of file name, each name once
 */
export function encodeSegment(entries: readonly IndexEntry[]): Uint8Array {
  const members: Uint8Array[] = [];
  const rows: Uint8Array[] = [];
  for (const entry of entries) {
    const { filename, etag, size, kind, override = '', record, runExports, facts } = entry;
    if (!printable.test(`${etag}${override}`)) throw new GatehouseError('internal.bug', `an ETag cannot be ${etag}`);
    if (kind === 'listed') members.push(text(`"${filename}":`), record, comma);
    const shown = kind === 'listed' ? text(`${record.length}`) : record;
    const head = text(`${[filename, etag, size, kind, override].join('\t')}\t`);
    rows.push(head, shown, tab, runExports, tab, facts, newline);
  }
  return Buffer.concat([...members, newline, ...rows]);
}

/**
 * The entries of a segment as {@link encodeSegment} laid them out. JSON parts are views of `bytes`: nothing is copied or
 * parsed.
 *
 * @throws GatehouseError `state.damaged` when a row is malformed, out of order, or does not fit the records before it
 */
export function decodeSegment(bytes: Uint8Array): IndexEntry[] {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  const run = runLength(bytes);
  const table = buffer.toString('latin1', run + 1);
  const entries: IndexEntry[] = [];
  let member = 0;
  let previous = '';
  for (let row = 0; row < table.length; ) {
    const at = fieldsOf(table, row);
    const entry = decodeRow({ bytes, table, base: run + 1, row, at, member });
    if (entry.filename <= previous) throw broken(`${entry.filename} after ${previous}`);
    if (entry.kind === 'listed') {
      checkMember(buffer, entry, member);
      member = endOf(entry, member) + 1;
    }
    entries.push(entry);
    previous = entry.filename;
    row = at[7] + 1;
  }
  if (member !== run) throw broken(`records of ${run} bytes`);
  return entries;
}

/** What `repodata.json` holds of a segment's listed entries: `"filename":{record}` each with a comma behind it. */
export const recordsOf = (bytes: Uint8Array): Uint8Array => bytes.subarray(0, runLength(bytes));

function runLength(bytes: Uint8Array): number {
  const end = bytes.indexOf(0x0a);
  if (end === -1) throw broken('no end of the records');
  return end;
}

/** Where each of a row's eight fields ends. */
type FieldEnds = readonly [number, number, number, number, number, number, number, number];

function fieldsOf(table: string, row: number): FieldEnds {
  const a = table.indexOf('\t', row);
  const b = table.indexOf('\t', a + 1);
  const c = table.indexOf('\t', b + 1);
  const d = table.indexOf('\t', c + 1);
  const e = table.indexOf('\t', d + 1);
  const f = table.indexOf('\t', e + 1);
  const g = table.indexOf('\t', f + 1);
  const h = table.indexOf('\n', row);
  if (!(row < a && a < b && b < c && c < d && d < e && e < f && f < g && g < h))
    throw broken('a row without its fields');
  return [a, b, c, d, e, f, g, h];
}

interface Row {
  readonly bytes: Uint8Array;
  readonly table: string;
  /** Where the table begins in `bytes`. */
  readonly base: number;
  /** Where the row begins in `table`. */
  readonly row: number;
  readonly at: FieldEnds;
  /** Where the next listed entry's member begins in `bytes`. */
  readonly member: number;
}

function decodeRow({ bytes, table, base, row, at: [a, b, c, d, e, f, g, h], member }: Row): IndexEntry {
  const filename = table.slice(row, a);
  const kind = table.slice(c + 1, d);
  if (!isFileName(filename) || !isKind(kind)) throw broken(`${filename}, ${kind}`);
  const override = table.slice(d + 1, e);
  const start = member + filename.length + '"":'.length;
  const view = (from: number, to: number) =>
    to - from === 3 && table.startsWith('{}', from + 1) ? nothing : bytes.subarray(base + from + 1, base + to);
  return {
    filename,
    etag: table.slice(a + 1, b),
    size: count(table.slice(b + 1, c)),
    kind,
    ...(override !== '' && { override }),
    record: kind === 'listed' ? bytes.subarray(start, start + count(table.slice(e + 1, f))) : view(e, f),
    runExports: view(f, g),
    facts: view(g, h),
  };
}

/** A listed entry's record must stand where its row says, between its own name and a comma. */
function checkMember(bytes: Buffer, entry: IndexEntry, member: number): void {
  const { filename, record } = entry;
  const name = bytes.toString('latin1', member, member + filename.length + 3);
  const whole = record[0] === 0x7b && record[record.length - 1] === 0x7d && bytes[endOf(entry, member)] === 0x2c;
  if (name !== `"${filename}":` || !whole) throw broken(`the record of ${filename}`);
}

/** Where the record of a listed entry ends whose member begins at `member`. */
const endOf = ({ filename, record }: IndexEntry, member: number): number =>
  member + filename.length + '"":'.length + record.length;

/** The ending is enough: the whole name was checked when the entry was made, and the manifest names the segment by hash. */
const isFileName = (text: string): text is PackageFileName => text.endsWith('.conda') || text.endsWith('.tar.bz2');

const isKind = (text: string): text is IndexEntry['kind'] =>
  text === 'listed' || text === 'withdrawn' || text === 'problem';

function count(digits: string): number {
  const number = Number(digits);
  if (!Number.isSafeInteger(number) || number < 0 || String(number) !== digits) throw broken(`the number ${digits}`);
  return number;
}

const nothing = Buffer.from('{}');

const broken = (what: string): GatehouseError =>
  new GatehouseError('state.damaged', `a segment of the index state is damaged: ${what}`, {
    hint: 'gatehouse index --rebuild derives it again',
  });

const printable = /^[ -~]*$/;
const text = (ascii: string): Uint8Array => Buffer.from(ascii, 'latin1');
const comma = text(',');
const tab = text('\t');
const newline = text('\n');
