import { crc32, deflateRawSync } from 'node:zlib';
import { extraField, zip64Extra } from '../archives/build-zip.ts';
import { emptyZip } from '../archives/zip-vectors.ts';
import type { Dice } from './dice.ts';
import { oddExtra, soundExtra } from './zip-extras.ts';
import {
  centralPart,
  dataPart,
  descriptorPart,
  endPart,
  junkPart,
  localPart,
  type MemberFields,
  partBytes,
  partsLength,
  wideEndParts,
  type ZipField,
  type ZipPart,
} from './zip-records.ts';

export interface MadeZip {
  readonly bytes: Buffer;
  /** What was done to it that a sound writer would not do; empty of a sound one. */
  readonly tricks: readonly string[];
}

export interface ZipInput {
  readonly name: string;
  readonly data: Uint8Array;
}

/**
 * A ZIP of these members in every form that writers have: stored or deflated at each level, descriptors of each kind,
 * ZIP64 where it is not needed, extra fields. Then, `changes` times, a field of a record is set to what it should not be
 * (in one header or in both), or a record comes twice, is lost or stands elsewhere.
 */
export function makeZip(
  dice: Dice,
  inputs: readonly ZipInput[],
  { changes, isStored }: { changes: number; isStored: boolean },
): MadeZip {
  const members = inputs.map(({ name, data }) => encode(dice, { name, data }, isStored));
  const locals: ZipPart[] = [];
  const centrals: ZipPart[] = [];
  for (const [i, member] of members.entries()) {
    const offset = partsLength(locals);
    locals.push(...localsOf(dice, i, member));
    centrals.push(centralOf(dice, i, { ...member, offset }));
  }
  if (dice.chance(0.05)) centrals.reverse();
  const start = partsLength(locals);
  const directory = { entries: centrals.length, size: partsLength(centrals), start };
  const wide = dice.chance(0.15) ? wideEndParts(directory, dice.pick([45, 20, 63])) : [];
  const parts = [...locals, ...centrals, ...wide, endPart(directory)];
  if (wide.length > 0 && dice.chance(0.7)) pointToWide(dice, parts);
  const tricks: string[] = [];
  for (let change = 0; change < changes; change++) tricks.push(changeOne(dice, parts));
  return { bytes: Buffer.concat(parts.map(partBytes)), tricks };
}

interface Encoded {
  readonly fields: MemberFields;
  readonly packed: Uint8Array;
  readonly descriptor: { signed: boolean; width: 4 | 8 } | null;
  readonly needed: number;
}

function encode(dice: Dice, { name, data }: ZipInput, stored: boolean): Encoded {
  const method = stored || data.length === 0 || dice.chance(0.3) ? 0 : 8;
  const packed = method === 0 ? data : deflateRawSync(data, { level: dice.below(10), strategy: dice.below(5) });
  const rawName = Buffer.from(name);
  const isAscii = rawName.length === name.length;
  const hasDescriptor = dice.chance(0.1);
  const level = method === 8 && dice.chance(0.1) ? dice.pick([2, 4, 6]) : 0;
  return {
    fields: {
      name: rawName,
      flags: (isAscii && dice.chance(0.8) ? 0 : 0x0800) | (hasDescriptor ? 8 : 0) | level,
      method,
      time: dice.below(0x10000),
      date: dice.pick([0x21, 0x5800, 0, 0xffff]),
      crc: crc32(data),
      compressedSize: packed.length,
      size: data.length,
      extra: soundExtra(dice, rawName),
    },
    packed,
    descriptor: hasDescriptor ? { signed: dice.chance(0.8), width: dice.chance(0.2) ? 8 : 4 } : null,
    needed: dice.pick([20, 10, 45]),
  };
}

const elsewhere = { size: 0xffffffff, compressedSize: 0xffffffff };

function localsOf(dice: Dice, i: number, { fields, packed, descriptor, needed }: Encoded): ZipPart[] {
  const { size, compressedSize } = fields;
  const later = descriptor && dice.chance(0.8) ? { crc: 0, size: 0, compressedSize: 0 } : {};
  const wide = descriptor ? descriptor.width === 8 : dice.chance(0.1);
  const extra = wide ? Buffer.concat([fields.extra, zip64Extra(size, compressedSize)]) : fields.extra;
  const local = localPart(i, { ...fields, ...later, ...(wide ? elsewhere : {}), extra }, needed);
  return [local, dataPart(i, packed), ...(descriptor ? [descriptorPart(i, fields, descriptor)] : [])];
}

function centralOf(dice: Dice, i: number, { fields, needed, offset }: Encoded & { offset: number }): ZipPart {
  const isUnix = dice.chance(0.7);
  const isDirectory = fields.name.at(-1) === 0x2f;
  const mode = (isDirectory ? 0o040000 : 0o100000) | dice.pick([0o644, 0o755, 0o600]);
  const more = {
    madeBy: (isUnix ? 3 << 8 : 0) | dice.pick([20, 30, 63]),
    needed,
    external: isUnix ? mode * 0x10000 : dice.pick([0, isDirectory ? 0x10 : 0x20]),
    internal: dice.pick([0, 0, 1]),
    offset,
  };
  const { size, compressedSize } = fields;
  const [wide, values] = dice.pick<readonly [object, readonly number[]] | readonly [null, readonly []]>([
    [null, []],
    [null, []],
    [null, []],
    [null, []],
    [null, []],
    [null, []],
    [elsewhere, [size, compressedSize]],
    [{ size: 0xffffffff }, [size]],
    [{ compressedSize: 0xffffffff }, [compressedSize]],
    [{ offset: 0xffffffff }, [offset]],
    [{ ...elsewhere, offset: 0xffffffff }, [size, compressedSize, offset]],
  ]);
  if (wide === null) return centralPart(i, fields, more);
  const extra = Buffer.concat([fields.extra, zip64Extra(...values)]);
  return centralPart(i, { ...fields, ...wide, extra }, { ...more, ...wide });
}

function pointToWide(dice: Dice, parts: readonly ZipPart[]): void {
  for (const field of parts.at(-1)?.fields ?? []) {
    const isWide = ['entriesHere', 'entries', 'size', 'start'].includes(field.name) && dice.chance(0.8);
    if (isWide) field.value = field.width === 2 ? 0xffff : 0xffffffff;
  }
}

function changeOne(dice: Dice, parts: ZipPart[]): string {
  if (dice.chance(0.2)) return changeOrder(dice, parts);
  const part = parts[dice.below(parts.length)];
  const field = part?.fields[dice.below(part.fields.length)];
  if (!part || !field) return 'zip.nothing';
  const value = oddValue(dice, field, part);
  const same = ['local', 'central', 'data'].includes(part.kind) && dice.chance(0.7);
  for (const other of same ? parts.filter(({ member }) => member === part.member) : [part]) {
    setField(other, field.name, value);
    if (same && part.kind === 'data' && typeof value !== 'number') describeData(other, value);
  }
  if (!placed.includes(field.name) && dice.chance(0.8)) placeAnew(parts);
  return `zip.${part.kind}.${field.name}${same ? ' everywhere' : ''}`;
}

/** What says where something else lies: set anew where it was not itself what is changed. */
const placed = ['offset', 'start', 'size', 'entries', 'entriesHere'];

/** A length follows what it is the length of. */
function setField(part: ZipPart, name: string, value: number | Uint8Array): void {
  const field = part.fields.find((one) => one.name === name);
  if (!field) return;
  field.value = value;
  const length = part.fields.find((one) => one.name === `${name}Length`);
  if (length && typeof value !== 'number') length.value = value.length;
}

/** Headers that say what is true of changed data, as of a member that was stored. */
function describeData(part: ZipPart, data: Uint8Array): void {
  for (const [name, value] of [
    ['crc', crc32(data)],
    ['size', data.length],
    ['compressedSize', data.length],
  ] as const) {
    const field = part.fields.find((one) => one.name === name);
    if (field && field.value !== 0xffffffff && field.value !== 0) field.value = value;
  }
}

/** Offsets and counts as the parts now lie, but for those that ZIP64 fields hold. */
function placeAnew(parts: readonly ZipPart[]): void {
  const at = new Map<ZipPart, number>();
  let length = 0;
  for (const part of parts) {
    at.set(part, length);
    length += partBytes(part).length;
  }
  const centrals = parts.filter(({ kind }) => kind === 'central');
  const ends = parts.filter(({ kind }) => kind === 'end64' || kind === 'end');
  const start = at.get(centrals[0] ?? ends[0] ?? endPart({ entries: 0, size: 0, start: 0 })) ?? 0;
  const size = partsLength(centrals);
  const set = (part: ZipPart, name: string, value: number) => {
    const field = part.fields.find((one) => one.name === name);
    if (field && field.value !== 0xffffffff && field.value !== 0xffff) field.value = value;
  };
  for (const part of centrals) {
    const local = parts.find(({ kind, member }) => kind === 'local' && member === part.member);
    if (local) set(part, 'offset', at.get(local) ?? 0);
  }
  for (const part of ends) {
    for (const name of ['entries', 'entriesHere']) set(part, name, centrals.length);
    set(part, 'size', size);
    set(part, 'start', start);
  }
  for (const part of parts) if (part.kind === 'locator') set(part, 'start', start + size);
}

const flagBits = [0, 1, 2, 3, 4, 5, 6, 7, 8, 10, 11, 12, 13, 15] as const;
const oddNames = [
  'evil',
  'a/b',
  'dir/',
  './x',
  '../x',
  '/x',
  'a\\b',
  'a//b',
  'C:x',
  'caf\u00e9',
  'e\u0301',
  'con',
  'x ',
  'x.',
  'a:b',
  'a\0b',
];

function oddValue(dice: Dice, { name, width, value }: ZipField, part: ZipPart): number | Uint8Array {
  if (name === 'extra') {
    const named = part.fields.find((one) => one.name === 'name')?.value;
    const odd = oddExtra(dice, typeof named === 'object' ? named : new Uint8Array());
    return typeof value === 'object' && dice.chance(0.5) ? Buffer.concat([value, odd]) : odd;
  }
  if (name === 'name') return Buffer.from(dice.pick(['trick', ...oddNames]), dice.chance(0.8) ? 'utf8' : 'latin1');
  if (typeof value === 'object') return changedBytes(dice, value);
  if (name === 'flags') return value ^ (1 << dice.pick(flagBits));
  if (name === 'method') return dice.pick([0, 8, 9, 12, 14, 93, 95, 99, 1]);
  const most = 2 ** (8 * (width || 1)) - 1;
  return dice.pick([
    0,
    1,
    value + 1,
    Math.max(value - 1, 0),
    value + dice.below(100),
    most,
    most - 1,
    0xffffffff,
    0xffff,
    dice.below(0x10000),
    value ^ (1 << dice.below(15)),
  ]);
}

function changedBytes(dice: Dice, bytes: Uint8Array): Uint8Array {
  const changed = Buffer.from(bytes);
  if (changed.length === 0 || dice.chance(0.2)) {
    return Buffer.concat([changed, dice.pick([Buffer.from('x'), emptyZip, extraField(1, Buffer.alloc(8))])]);
  }
  const at = dice.below(changed.length);
  if (dice.chance(0.2)) return changed.subarray(0, at);
  changed.writeUInt8((changed[at] ?? 0) ^ (1 << dice.below(8)), at);
  return changed;
}

const endSignature = Buffer.from('PK\x05\x06');

function changeOrder(dice: Dice, parts: ZipPart[]): string {
  const at = dice.below(parts.length);
  const part = parts[at];
  if (!part) return 'zip.nothing';
  const copy = { ...part, fields: part.fields.map((field) => ({ ...field })) };
  const [name, change] = dice.pick<readonly [string, () => unknown]>([
    ['twice', () => parts.splice(at, 0, copy)],
    ['lost', () => parts.splice(at, 1)],
    ['moved', () => parts.splice(dice.below(parts.length), 0, ...parts.splice(at, 1))],
    ['gap', () => parts.splice(at, 0, junkPart(Buffer.from('gap')))],
    ['a ZIP before', () => parts.unshift(junkPart(emptyZip))],
    ['a ZIP in between', () => parts.splice(at, 0, junkPart(emptyZip))],
    ['a ZIP behind', () => parts.push(junkPart(emptyZip))],
    ['this ZIP behind', () => parts.push(...parts.slice(at))],
    ['a comment', () => setField(parts.at(-1) ?? part, 'comment', Buffer.concat([Buffer.from('x'), endSignature]))],
    ['a comment of a ZIP', () => setField(parts.at(-1) ?? part, 'comment', emptyZip)],
    ['trailer', () => parts.push(junkPart(Buffer.from('\n')))],
    ['zeros', () => parts.push(junkPart(Buffer.alloc(1 + dice.below(30))))],
  ]);
  change();
  if (dice.chance(0.6)) placeAnew(parts);
  return `zip.${name}`;
}
