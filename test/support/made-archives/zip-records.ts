/** A field of a ZIP record: a number of so many bytes, or bytes. */
export interface ZipField {
  readonly name: string;
  readonly width: number;
  value: number | Uint8Array;
}

/** One record, or data, in the order in which a file has them. */
export interface ZipPart {
  readonly kind: 'local' | 'data' | 'descriptor' | 'central' | 'end64' | 'locator' | 'end' | 'junk';
  /** Which member it is of; -1 of the end records. */
  readonly member: number;
  readonly fields: ZipField[];
}

const number = (name: string, width: number, value: number): ZipField => ({ name, width, value });
const bytes = (name: string, value: Uint8Array): ZipField => ({ name, width: 0, value });

export interface MemberFields {
  readonly name: Uint8Array;
  readonly flags: number;
  readonly method: number;
  readonly time: number;
  readonly date: number;
  readonly crc: number;
  readonly compressedSize: number;
  readonly size: number;
  readonly extra: Uint8Array;
}

const shared = ({ name, flags, method, time, date, crc, compressedSize, size, extra }: MemberFields) => [
  number('flags', 2, flags),
  number('method', 2, method),
  number('time', 2, time),
  number('date', 2, date),
  number('crc', 4, crc),
  number('compressedSize', 4, compressedSize),
  number('size', 4, size),
  number('nameLength', 2, name.length),
  number('extraLength', 2, extra.length),
];

export const localPart = (member: number, fields: MemberFields, needed: number): ZipPart => ({
  kind: 'local',
  member,
  fields: [
    number('signature', 4, 0x04034b50),
    number('needed', 2, needed),
    ...shared(fields),
    bytes('name', fields.name),
    bytes('extra', fields.extra),
  ],
});

export const dataPart = (member: number, data: Uint8Array): ZipPart => ({
  kind: 'data',
  member,
  fields: [bytes('data', data)],
});

export const junkPart = (data: Uint8Array): ZipPart => ({ kind: 'junk', member: -1, fields: [bytes('junk', data)] });

export function descriptorPart(
  member: number,
  { crc, compressedSize, size }: MemberFields,
  { signed, width }: { signed: boolean; width: number },
): ZipPart {
  const start = signed ? [number('signature', 4, 0x08074b50)] : [];
  const sizes = [number('compressedSize', width, compressedSize), number('size', width, size)];
  return { kind: 'descriptor', member, fields: [...start, number('crc', 4, crc), ...sizes] };
}

export const centralPart = (
  member: number,
  fields: MemberFields,
  more: { madeBy: number; needed: number; external: number; internal: number; offset: number },
): ZipPart => ({
  kind: 'central',
  member,
  fields: [
    number('signature', 4, 0x02014b50),
    number('madeBy', 2, more.madeBy),
    number('needed', 2, more.needed),
    ...shared(fields),
    number('commentLength', 2, 0),
    number('disk', 2, 0),
    number('internal', 2, more.internal),
    number('external', 4, more.external),
    number('offset', 4, more.offset),
    bytes('name', fields.name),
    bytes('extra', fields.extra),
    bytes('comment', new Uint8Array()),
  ],
});

interface Directory {
  readonly entries: number;
  readonly size: number;
  readonly start: number;
}

/** The ZIP64 end record and its locator. */
export const wideEndParts = ({ entries, size, start }: Directory, versions: number): ZipPart[] => [
  {
    kind: 'end64',
    member: -1,
    fields: [
      number('signature', 4, 0x06064b50),
      number('length', 8, 44),
      number('madeBy', 2, versions),
      number('needed', 2, versions),
      number('disk', 4, 0),
      number('directoryDisk', 4, 0),
      number('entriesHere', 8, entries),
      number('entries', 8, entries),
      number('size', 8, size),
      number('start', 8, start),
    ],
  },
  {
    kind: 'locator',
    member: -1,
    fields: [
      number('signature', 4, 0x07064b50),
      number('disk', 4, 0),
      number('start', 8, start + size),
      number('disks', 4, 1),
    ],
  },
];

export const endPart = ({ entries, size, start }: Directory): ZipPart => ({
  kind: 'end',
  member: -1,
  fields: [
    number('signature', 4, 0x06054b50),
    number('disk', 2, 0),
    number('directoryDisk', 2, 0),
    number('entriesHere', 2, entries),
    number('entries', 2, entries),
    number('size', 4, size),
    number('start', 4, start),
    number('commentLength', 2, 0),
    bytes('comment', new Uint8Array()),
  ],
});

function fieldBytes({ width, value }: ZipField): Uint8Array {
  if (typeof value !== 'number') return value;
  const out = Buffer.alloc(8);
  out.writeBigUInt64LE(BigInt.asUintN(64, BigInt(value)));
  return out.subarray(0, width);
}

export const partBytes = ({ fields }: ZipPart): Buffer => Buffer.concat(fields.map(fieldBytes));

export const partsLength = (parts: readonly ZipPart[]): number =>
  parts.reduce((sum, part) => sum + partBytes(part).length, 0);

/** Sets a field where the record has it; a length follows what it is the length of. */
export function setField({ fields }: ZipPart, name: string, value: number | Uint8Array): void {
  for (const field of fields) {
    if (field.name === name) field.value = value;
    if (field.name === `${name}Length` && typeof value !== 'number') field.value = value.length;
  }
}

/** What says where something lies, but for what ZIP64 fields hold. */
function place(part: ZipPart, name: string, value: number): void {
  const field = part.fields.find((one) => one.name === name);
  if (field && field.value !== 0xffffffff && field.value !== 0xffff) field.value = value;
}

/** Sets offsets and counts to how the parts lie now. */
export function placeAnew(parts: readonly ZipPart[]): void {
  const places = placesOf(parts);
  const centrals = parts.filter(({ kind }) => kind === 'central');
  for (const part of centrals) {
    const local = parts.find(({ kind, member }) => kind === 'local' && member === part.member);
    if (local) place(part, 'offset', places.get(local) ?? 0);
  }
  const size = partsLength(centrals);
  const start = [...places].find(([{ kind }]) => ['central', 'end64', 'end'].includes(kind))?.[1] ?? 0;
  const said = { entries: centrals.length, entriesHere: centrals.length, size, start };
  for (const part of parts.filter(({ kind }) => ['end64', 'end'].includes(kind))) {
    for (const [name, value] of Object.entries(said)) place(part, name, value);
  }
  for (const part of parts.filter(({ kind }) => kind === 'locator')) place(part, 'start', start + size);
}

function placesOf(parts: readonly ZipPart[]): Map<ZipPart, number> {
  const places = new Map<ZipPart, number>();
  let length = 0;
  for (const part of parts) {
    places.set(part, length);
    length += partBytes(part).length;
  }
  return places;
}
