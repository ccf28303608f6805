import { refuse, shown } from '../archive/finding.ts';
import { defaultLimits } from '../archive/limits.ts';

/** What a row of `RECORD` says of a file. */
export interface RecordRow {
  /** `sha256`, or a stronger one that is guaranteed to be known. */
  readonly algorithm: string;
  /** base64url without padding. */
  readonly digest: string;
  /** Bytes; null where none is said. */
  readonly size: number | null;
}

/** Stronger than md5 and sha1, which the wheel format forbids ("Signed wheel files"). */
const algorithms = new Set(['sha256', 'sha384', 'sha512']);

/**
 * Reads `RECORD` (the recording installed projects specification): CSV of path, hash and size. A row without a hash,
 * which is how `RECORD` names itself, has null.
 *
 * @throws GatehouseError `package.refused` with `wheel.record-row` or `wheel.record-hash`
 */
export function parseRecord(text: string, what: string): Map<string, RecordRow | null> {
  const rows = new Map<string, RecordRow | null>();
  for (const cells of csvRows(text, what)) {
    const [path = '', hash = '', size = ''] = cells;
    if (cells.length !== 3 || path === '') refuse('wheel.record-row', `${what} has the row ${shown(cells.join(','))}`);
    // A wheel has no more files: a row too many is of a file that is not there.
    if (rows.size === defaultLimits.entries) refuse('wheel.record-row', `${what} has more than ${rows.size} rows`);
    if (rows.has(path)) refuse('wheel.record-row', `${what} lists ${shown(path)} twice`);
    rows.set(path, hash === '' ? null : parseRow({ path, hash, size }, what));
  }
  return rows;
}

function parseRow({ path, hash, size }: Record<'path' | 'hash' | 'size', string>, what: string): RecordRow {
  const split = hash.indexOf('=');
  const algorithm = hash.slice(0, Math.max(split, 0));
  if (!algorithms.has(algorithm)) refuse('wheel.record-hash', `${what} has for ${shown(path)} ${shown(hash)}`);
  if (!/^\d{0,15}$/.test(size)) refuse('wheel.record-row', `${what} has for ${shown(path)} the size ${shown(size)}`);
  return { algorithm, digest: hash.slice(split + 1).replace(/=+$/, ''), size: size === '' ? null : Number(size) };
}

/** Rows of cells as Python's `csv` reads them, quotes and all; empty lines are none. */
function* csvRows(text: string, what: string): Generator<string[]> {
  const cell = /(?:"((?:[^"]|""){0,4096})"|([^",\r\n]*))(,|\r\n|\r|\n|$)/y;
  let row: string[] = [];
  while (cell.lastIndex < text.length || row.length > 0) {
    const at = cell.lastIndex;
    const [, quoted, plain = '', end] = cell.exec(text) ?? refuse('wheel.record-row', `${what} is no CSV at ${at}`);
    row.push(quoted?.replaceAll('""', '"') ?? plain);
    if (end === ',') continue;
    if (row.length > 1 || row[0] !== '') yield row;
    row = [];
  }
}

/** A file as `RECORD` lists it. */
export interface RecordedFile {
  /** Relative to site-packages. */
  readonly path: string;
  /** Of what will be on disk, where that is known. */
  readonly content: { readonly sha256: string; readonly size: number } | null;
}

/** The text of a `RECORD`, in the order given; sha256 is hex there and base64url here. */
export function writeRecord(files: Iterable<RecordedFile>): string {
  let text = '';
  for (const { path, content } of files) {
    const name = /[",\r\n]/.test(path) ? `"${path.replaceAll('"', '""')}"` : path;
    const hash =
      content === null ? ',' : `sha256=${Buffer.from(content.sha256, 'hex').toString('base64url')},${content.size}`;
    text += `${name},${hash}\n`;
  }
  return text;
}
