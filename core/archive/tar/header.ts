import { allZero } from '../byte-reader.ts';
import { type Report, refuse, shown } from '../finding.ts';

export const blockBytes = 512;

/** One 512-byte header block (POSIX ustar, or GNU's variant of it). Names are raw bytes. */
export interface TarHeader {
  /** The type flag: one character; NUL, which old writers use for a file, is `0`. */
  readonly type: string;
  /** The flag is that NUL. */
  readonly isOld: boolean;
  readonly name: Uint8Array;
  readonly linkName: Uint8Array;
  /** Bytes. */
  readonly size: number;
  readonly mode: number;
  /** Seconds since the epoch; 0 where it is no octal number. */
  readonly mtime: number;
}

interface Field {
  readonly name: string;
  readonly from: number;
  readonly to: number;
}

const sizeField: Field = { name: 'size', from: 124, to: 136 };
const modeField: Field = { name: 'mode', from: 100, to: 108 };
const checksumField: Field = { name: 'checksum', from: 148, to: 156 };

const mtimeField: Field = { name: 'mtime', from: 136, to: 148 };

/** Read by other readers only: they must be numbers all the same, or Python ends its listing there. */
const unusedFields: readonly Field[] = [
  { name: 'uid', from: 108, to: 116 },
  { name: 'gid', from: 116, to: 124 },
  { name: 'devmajor', from: 329, to: 337 },
  { name: 'devminor', from: 337, to: 345 },
];

/**
 * @throws GatehouseError `package.refused` with `A8.checksum`, `A8.header` or `A8.pax` (a size that is not octal)
 */
export function parseTarHeader(block: Uint8Array, report: Report): TarHeader {
  if (octal(block, checksumField, 'A8.checksum') !== checksumOf(block)) {
    refuse('A8.checksum', 'a tar header does not match its checksum');
  }
  const isUstar = formatOf(block) === 'ustar';
  for (const field of unusedFields) octalOrBase256(block, field);
  const size = octal(block, sizeField, 'A8.pax');
  const mode = octal(block, modeField, 'A8.header');
  const mtime = octalOrBase256(block, mtimeField);
  const text = (from: number, to: number) => untilNul(block.subarray(from, to), report);
  // GNU tar keeps times here where ustar has a name's start: readers disagree, so it must be empty.
  if (!isUstar && !allZero(block.subarray(345, 500))) refuse('A8.header', 'a GNU tar header with a name prefix');
  const prefix = isUstar ? text(345, 500) : block.subarray(0, 0);
  const last = text(0, 100);
  const name = prefix.length === 0 ? last : Uint8Array.from([...prefix, 0x2f, ...last]);
  const flag = block[156] ?? 0;
  const type = String.fromCharCode(flag || 0x30);
  return { type, isOld: flag === 0, name, linkName: text(157, 257), size, mode, mtime };
}

/** Its own field counts as spaces. */
function checksumOf(block: Uint8Array): number {
  let sum = 0;
  for (let at = 0; at < blockBytes; at++) sum += block[at] ?? 0;
  for (let at = checksumField.from; at < checksumField.to; at++) sum += 0x20 - (block[at] ?? 0);
  return sum;
}

/** Which fields a header has depends on its magic: `ustar` NUL `00`, GNU's `ustar  ` NUL, or nothing (version 7). */
function formatOf(block: Uint8Array): 'ustar' | 'gnu' | 'v7' {
  const magic = String.fromCharCode(...block.subarray(257, 265));
  if (magic === 'ustar\u000000') return 'ustar';
  if (magic === 'ustar  \u0000') return 'gnu';
  if (allZero(block.subarray(257))) return 'v7';
  return refuse('A8.header', 'a tar header of an unknown format');
}

/** The bytes of a field whose number 48 bits hold; more is no number to readers that count in doubles. */
const base256Bytes = 6;

/**
 * GNU's binary numbers, which a time before 1970 or after 2242 needs, are read as 0. They start with 0x80, or 0xff below
 * zero: at any other byte Python ends its listing.
 */
function octalOrBase256(block: Uint8Array, field: Field): number {
  const start = block[field.from] ?? 0;
  if ((start & 0x80) === 0) return octal(block, field, 'A8.header');
  const sign = block.subarray(field.from + 1, field.to - base256Bytes);
  const isSound = (start === 0x80 && allZero(sign)) || (start === 0xff && sign.every((byte) => byte === 0xff));
  if (!isSound) refuse('A8.header', `the ${field.name} of a tar header is not a number`);
  return 0;
}

const space = 0x20;
const zero = 0x30;

/** Spaces, digits, then spaces and NULs. By hand: there are eight such fields to a header. */
function octal(block: Uint8Array, { name, from, to }: Field, code: string): number {
  let value = 0;
  let at = from;
  while (at < to && block[at] === space) at++;
  for (let digit = (block[at] ?? 0) - zero; at < to && digit >= 0 && digit <= 7; digit = (block[++at] ?? 0) - zero) {
    value = value * 8 + digit;
  }
  while (at < to && (block[at] === space || block[at] === 0)) at++;
  if (at < to) refuse(code, `the ${name} of a tar header is not an octal number`);
  return value;
}

/** A text field up to its first NUL, as all readers take it; rattler's writer leaves an older name's end behind it. */
function untilNul(field: Uint8Array, report: Report): Uint8Array {
  const end = field.indexOf(0);
  if (end < 0) return field;
  const name = field.subarray(0, end);
  if (!allZero(field.subarray(end))) {
    report('tar.text-behind-nul', `behind ${shown(String.fromCharCode(...name))}`);
  }
  return name;
}
