import { refuse, shown } from '../finding.ts';

/** Keys that real packages use or that change nothing; `size` must repeat the header's. */
const knownKeys = new Set(['path', 'linkpath', 'size', 'mtime', 'atime', 'ctime']);

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const newline = 0x0a;
const space = 0x20;
const equals = 0x3d;

/**
 * The records of a pax extended header (POSIX.1-2001, `pax`, "pax Extended Header"): `LENGTH KEY=VALUE\n`, each value
 * still as bytes.
 *
 * @throws GatehouseError `package.refused` with `A8.pax`
 */
export function parsePax(bytes: Uint8Array): Map<string, Uint8Array> {
  const values = new Map<string, Uint8Array>();
  for (let at = 0; at < bytes.length; ) {
    const { key, value, length } = parseRecord(bytes.subarray(at));
    if (!knownKeys.has(key)) refuse('A8.pax', `the pax key ${shown(key)}`);
    if (values.has(key)) refuse('A8.pax', `the pax key ${shown(key)} twice`);
    values.set(key, value);
    at += length;
  }
  return values;
}

function parseRecord(bytes: Uint8Array): { key: string; value: Uint8Array; length: number } {
  const gap = bytes.subarray(0, 20).indexOf(space);
  const digits = String.fromCharCode(...bytes.subarray(0, Math.max(gap, 0)));
  const length = /^[1-9]\d*$/.test(digits) ? Number(digits) : 0;
  const split = bytes.indexOf(equals, gap);
  const framed = split > gap + 1 && split < length - 1 && length <= bytes.length && bytes[length - 1] === newline;
  if (!framed) refuse('A8.pax', 'a damaged pax record');
  const key = utf8(bytes.subarray(gap + 1, split));
  const value = bytes.subarray(split + 1, length - 1);
  if (utf8(value).includes('\u0000')) refuse('A8.pax', 'a pax value holds a NUL');
  // POSIX takes it for none, and readers go by the header's or by no name at all.
  if (value.length === 0) refuse('A8.pax', 'a pax value is empty');
  return { key, value, length };
}

function utf8(bytes: Uint8Array): string {
  try {
    return decoder.decode(bytes);
  } catch {
    return refuse('A8.pax', 'a pax record is not UTF-8');
  }
}

/** The decimal value of a pax `size`, or null when it is not one. */
export function paxSize(value: Uint8Array): number | null {
  const digits = utf8(value);
  return /^\d{1,15}$/.test(digits) ? Number(digits) : null;
}
