import { crc32, deflateRawSync } from 'node:zlib';
import { zip64Extra } from '../archives/build-zip.ts';
import { changeZip } from './change-zip.ts';
import type { Dice } from './dice.ts';
import { soundExtra } from './zip-extras.ts';
import {
  centralPart,
  dataPart,
  descriptorPart,
  endPart,
  localPart,
  type MemberFields,
  partBytes,
  partsLength,
  setField,
  wideEndParts,
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
  const end = endPart(directory);
  if (wide.length > 0) pointToWide(dice, end);
  const parts = [...locals, ...centrals, ...wide, end];
  const tricks = Array.from({ length: changes }, () => changeZip(dice, parts));
  return { bytes: Buffer.concat(parts.map(partBytes)), tricks };
}

interface Encoded {
  readonly fields: MemberFields;
  readonly packed: Uint8Array;
  readonly descriptor: { signed: boolean; width: number } | null;
  readonly needed: number;
}

function encode(dice: Dice, { name, data }: ZipInput, isStored: boolean): Encoded {
  const isDeflated = !isStored && data.length > 0 && dice.chance(0.7);
  const packed = isDeflated ? deflateRawSync(data, { level: dice.below(10), strategy: dice.below(5) }) : data;
  const rawName = Buffer.from(name);
  const descriptor = dice.chance(0.1) ? { signed: dice.chance(0.8), width: dice.pick([4, 4, 4, 8]) } : null;
  const utf8 = rawName.length === name.length && dice.chance(0.8) ? 0 : 0x0800;
  const level = isDeflated ? dice.pick([0, 0, 0, 0, 0, 0, 2, 4, 6]) : 0;
  const fields = {
    name: rawName,
    flags: utf8 | (descriptor ? 8 : 0) | level,
    method: isDeflated ? 8 : 0,
    time: dice.below(0x10000),
    date: dice.pick([0x21, 0x5800, 0, 0xffff]),
    crc: crc32(data),
    compressedSize: packed.length,
    size: data.length,
    extra: soundExtra(dice, rawName),
  };
  return { fields, packed, descriptor, needed: dice.pick([20, 10, 45]) };
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

/** Each of its fields may point to the ZIP64 record; one of these must, or zip.js does not look for it. */
function pointToWide(dice: Dice, end: ZipPart): void {
  setField(end, dice.pick(['size', 'start']), 0xffffffff);
  if (dice.chance(0.7)) setField(end, 'start', 0xffffffff);
  if (dice.chance(0.7)) for (const name of ['entries', 'entriesHere']) setField(end, name, 0xffff);
}
