import { crc32, deflateRawSync } from 'node:zlib';

/** One ZIP member; `local` and `central` set fields of one header only, so that the two can disagree. */
export interface RawZipMember {
  name: string;
  data?: string | Uint8Array;
  /** 0 stored, 8 deflated; any other is written stored under that number. */
  method?: number;
  /** Behind the data: what its three fields say, or `true` for the truth. Sets flag bit 3. */
  descriptor?: true | { crc?: number; size?: number; signed?: boolean };
  local?: Partial<Fields>;
  central?: Partial<Fields>;
  /** Unix type and permission bits; without them the record is of no Unix. */
  mode?: number;
  /** Not in the central directory. */
  unlisted?: boolean;
  /** Bytes behind the compressed data that its header counts as data. */
  junk?: string;
}

interface Fields {
  name: string | Uint8Array;
  flags: number;
  method: number;
  crc: number;
  size: number;
  compressedSize: number;
  extra: Uint8Array;
  offset: number;
  comment: string | Uint8Array;
}

export interface RawZip {
  prefix?: string;
  trailer?: string;
  comment?: string;
  /** Between the last member and the directory. */
  gap?: string;
  /** Between the directory and the end records, which do not count it. */
  tail?: string;
  zip64?: boolean | { entries?: number };
  /** Says more or fewer members than there are. */
  entries?: number;
}

const u16 = (value: number) => Buffer.from([value & 255, (value >> 8) & 255]);
const u32 = (value: number) => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value >>> 0);
  return bytes;
};
const u64 = (value: number) => {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(BigInt(value));
  return bytes;
};

/** A ZIP64 extra field of these values. */
export const zip64Extra = (...values: number[]) =>
  Buffer.concat([u16(1), u16(values.length * 8), ...values.map((value) => u64(value))]);

/** An extra field of any kind. */
export const extraField = (id: number, data: Uint8Array) => Buffer.concat([u16(id), u16(data.length), data]);

const shared = (fields: Fields) => [
  u16(20),
  u16(fields.flags),
  u16(fields.method),
  u32(0),
  u32(fields.crc),
  u32(fields.compressedSize),
  u32(fields.size),
  u16(fields.name.length),
  u16(fields.extra.length),
];

const madeBy = ({ mode }: RawZipMember) => (mode === undefined ? 20 : (3 << 8) | 20);
const externalAttributes = ({ mode = 0 }: RawZipMember) => mode * 0x10000;

function encode(member: RawZipMember, offset: number): { local: Uint8Array; central: Uint8Array } {
  const data = Buffer.from(member.data ?? '');
  const method = member.method ?? 0;
  const packed = Buffer.concat([method === 8 ? deflateRawSync(data) : data, Buffer.from(member.junk ?? '')]);
  const truth = { crc: crc32(data), size: data.length, compressedSize: packed.length };
  const flags = member.descriptor ? 8 : 0;
  const base = { name: member.name, flags, method, ...truth, extra: new Uint8Array(), offset, comment: '' };
  const later = member.descriptor ? { crc: 0, size: 0, compressedSize: 0 } : {};
  const local = { ...base, ...later, ...member.local };
  const central = { ...base, ...member.central };
  const said = { ...truth, signed: true, ...(member.descriptor === true ? {} : member.descriptor) };
  const sign = said.signed ? [u32(0x08074b50)] : [];
  const descriptor = member.descriptor ? [...sign, u32(said.crc), u32(said.compressedSize), u32(said.size)] : [];
  const comment = Buffer.from(central.comment);
  return {
    local: Buffer.concat([
      u32(0x04034b50),
      ...shared(local),
      Buffer.from(local.name),
      local.extra,
      packed,
      ...descriptor,
    ]),
    central: Buffer.concat([
      u32(0x02014b50),
      u16(madeBy(member)),
      ...shared(central),
      u16(comment.length),
      u16(0),
      u16(0),
      u32(externalAttributes(member)),
      u32(central.offset),
      Buffer.from(central.name),
      central.extra,
      comment,
    ]),
  };
}

/** A ZIP file, sound unless told otherwise. */
export function buildZip(members: readonly RawZipMember[], zip: RawZip = {}): Uint8Array {
  const prefix = Buffer.from(zip.prefix ?? '');
  const locals: Uint8Array[] = [];
  const centrals: Uint8Array[] = [];
  let offset = prefix.length;
  for (const member of members) {
    const { local, central } = encode(member, offset);
    locals.push(local);
    if (!member.unlisted) centrals.push(central);
    offset += local.length;
  }
  const gap = Buffer.from(zip.gap ?? '');
  const directory = Buffer.concat(centrals);
  const start = offset + gap.length;
  const end = endRecords(zip, { entries: zip.entries ?? centrals.length, size: directory.length, start });
  return Buffer.concat([
    prefix,
    ...locals,
    gap,
    directory,
    Buffer.from(zip.tail ?? ''),
    end,
    Buffer.from(zip.trailer ?? ''),
  ]);
}

function endRecords(zip: RawZip, { entries, size, start }: { entries: number; size: number; start: number }) {
  const comment = Buffer.from(zip.comment ?? '');
  const counts = (value: number) => [u16(value), u16(value)];
  const tail = [u16(comment.length), comment];
  if (!zip.zip64) return Buffer.concat([u32(0x06054b50), u32(0), ...counts(entries), u32(size), u32(start), ...tail]);
  const wide = zip.zip64 === true ? entries : (zip.zip64.entries ?? entries);
  const end64 = [u32(0x06064b50), u64(44), u16(45), u16(45), u64(0), u64(wide), u64(wide), u64(size), u64(start)];
  const locator = [u32(0x07064b50), u32(0), u64(start + size), u32(1)];
  const narrow = zip.zip64 === true ? [...counts(0xffff), u32(0xffffffff), u32(0xffffffff)] : null;
  const fields = narrow ?? [...counts(entries), u32(size), u32(start)];
  return Buffer.concat([...end64, ...locator, u32(0x06054b50), u32(0), ...fields, ...tail]);
}
