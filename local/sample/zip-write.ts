import { crc32 } from 'node:zlib';

/** One stored member of a ZIP file. */
export interface StoredMember {
  readonly name: string;
  readonly content: Uint8Array;
}

/** A member as the two directories of a ZIP file describe it. */
export interface StoredEntry {
  readonly name: string;
  /** Bytes. */
  readonly size: number;
  readonly crc: number;
  /** Bytes from the file's start to the local header. */
  readonly offset: number;
}

/** 1980-01-01, the earliest a DOS date holds. */
const dosDate = 0x0021;
const zipVersion = 20;
const utf8Names = 0x0800;
/** The largest number of a 32-bit field; 0xffffffff itself means ZIP64. */
const maxOffset = 0xffff_fffe;

/** The header before a member's bytes: `30 + name` bytes, whatever size and crc are. */
export function zipLocalHeader(entry: StoredEntry): Uint8Array {
  const header = Buffer.alloc(30);
  header.writeUInt32LE(0x04034b50, 0);
  writeCommon(header, 4, entry);
  return Buffer.concat([header, Buffer.from(entry.name)]);
}

/**
 * The central directory and its end record, to be written at `offset`.
 *
 * @throws RangeError when a size or offset needs ZIP64 (4 GiB), which this writer does not make
 */
export function zipDirectory(entries: readonly StoredEntry[], offset: number): Uint8Array {
  if (offset > maxOffset) throw new RangeError(`a ZIP file of ${offset} bytes needs ZIP64`);
  const directory = Buffer.concat(entries.map(centralHeader));
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(entries.length, 8);
  end.writeUInt16LE(entries.length, 10);
  end.writeUInt32LE(directory.length, 12);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([directory, end]);
}

/** A whole ZIP file, every member stored (CEP 35 wants `.conda` so), in the order given, dated 1980-01-01. */
export function zipArchive(members: readonly StoredMember[]): Uint8Array {
  const parts: Uint8Array[] = [];
  const entries: StoredEntry[] = [];
  let offset = 0;
  for (const { name, content } of members) {
    const entry = { name, size: content.length, crc: crc32(content), offset };
    const header = zipLocalHeader(entry);
    parts.push(header, content);
    entries.push(entry);
    offset += header.length + content.length;
  }
  return Buffer.concat([...parts, zipDirectory(entries, offset)]);
}

function centralHeader(entry: StoredEntry): Uint8Array {
  const header = Buffer.alloc(46);
  header.writeUInt32LE(0x02014b50, 0);
  header.writeUInt16LE(zipVersion, 4);
  writeCommon(header, 6, entry);
  header.writeUInt32LE(entry.offset, 42);
  return Buffer.concat([header, Buffer.from(entry.name)]);
}

/** The 26 bytes both headers share; method 0 is stored. */
function writeCommon(header: Buffer, at: number, { name, size, crc }: StoredEntry): void {
  header.writeUInt16LE(zipVersion, at);
  header.writeUInt16LE(utf8Names, at + 2);
  header.writeUInt16LE(dosDate, at + 8);
  header.writeUInt32LE(crc, at + 10);
  header.writeUInt32LE(size, at + 14);
  header.writeUInt32LE(size, at + 18);
  header.writeUInt16LE(Buffer.byteLength(name), at + 22);
}
