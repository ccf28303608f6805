import { crc32 } from 'node:zlib';
import { refuse } from '../finding.ts';
import type { SizedBytes } from '../sized-bytes.ts';

/** One stored member of a ZIP file: its size and CRC stand before its bytes, so they are known before those are written. */
export interface StoredMember extends SizedBytes {
  readonly name: string;
  readonly crc: number;
  /** Permission bits; 0o644 when absent. */
  readonly mode?: number;
}

/** 32 MiB: what is larger is made a second time instead of being kept. */
const maxKeptBytes = 32 * 1024 ** 2;

/**
 * Makes a member of a stream whose size is not known: reads it once for size and CRC. Memory is 32 MiB at most.
 *
 * @param open the same bytes at each call
 */
export async function measured(name: string, open: SizedBytes['open']): Promise<StoredMember> {
  const kept: Uint8Array[] = [];
  let size = 0;
  let crc = 0;
  for await (const bytes of open()) {
    size += bytes.length;
    crc = crc32(bytes, crc);
    if (size <= maxKeptBytes) kept.push(bytes);
    else kept.length = 0;
  }
  return { name, size, crc, open: size <= maxKeptBytes ? () => kept : open };
}

interface StoredEntry extends StoredMember {
  /** Bytes from the file's start to the local header. */
  readonly offset: number;
}

/** The largest number of a 32-bit field; 0xffffffff itself means ZIP64. */
const maxOffset = 0xffff_fffe;

/**
 * Streams a ZIP file, every member stored (CEP 35 wants `.conda` so), in the order given. Deflate is left to others:
 * its bytes differ between the zlibs of two machines, and those of the same package must not.
 *
 * @param modified milliseconds since the epoch, shown as UTC; before 1980 it is 1980-01-01, the earliest a ZIP can say
 * @throws GatehouseError `package.refused` with `A13.zip64` for what needs ZIP64 (4 GiB), which this writer does not make
 * @throws RangeError when a member turns out not to have its size and CRC
 */
export async function* writeZip(members: Iterable<StoredMember>, modified: number): AsyncGenerator<Uint8Array> {
  const date = dosDate(modified);
  const entries: StoredEntry[] = [];
  let offset = 0;
  for (const member of members) {
    const entry = { ...member, offset };
    const header = localHeader(entry, date);
    offset += header.length + member.size;
    if (offset > maxOffset) refuse('A13.zip64', `a ZIP file of more than ${maxOffset} bytes`);
    entries.push(entry);
    yield header;
    yield* checkedBytes(member);
  }
  if (entries.length >= 0xffff) refuse('A13.zip64', `a ZIP file of ${entries.length} members`);
  yield* directory(entries, { offset, date });
}

async function* checkedBytes({ name, size, crc, open }: StoredMember): AsyncGenerator<Uint8Array> {
  const found = { size: 0, crc: 0 };
  for await (const bytes of open()) {
    found.size += bytes.length;
    found.crc = crc32(bytes, found.crc);
    yield bytes;
  }
  if (found.size !== size || found.crc !== crc) throw new RangeError(`${name} is not what was measured`);
}

function localHeader(entry: StoredEntry, date: number): Uint8Array {
  const header = Buffer.alloc(30);
  header.writeUInt32LE(0x04034b50, 0);
  writeCommon(header, 4, { entry, date });
  return Buffer.concat([header, Buffer.from(entry.name)]);
}

/** The central directory and its end record, which lie at `offset`. */
function* directory(entries: readonly StoredEntry[], { offset, date }: { offset: number; date: number }) {
  let size = 0;
  for (const entry of entries) {
    const header = centralHeader(entry, date);
    size += header.length;
    yield header;
  }
  if (offset + size > maxOffset) refuse('A13.zip64', `a ZIP file of ${offset + size} bytes`);
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(entries.length, 8);
  end.writeUInt16LE(entries.length, 10);
  end.writeUInt32LE(size, 12);
  end.writeUInt32LE(offset, 16);
  yield end;
}

const zipVersion = 20;
const unixHost = 3;
const regularFile = 0o100000;

function centralHeader(entry: StoredEntry, date: number): Uint8Array {
  const header = Buffer.alloc(46);
  header.writeUInt32LE(0x02014b50, 0);
  header.writeUInt16LE((unixHost << 8) | zipVersion, 4);
  writeCommon(header, 6, { entry, date });
  header.writeUInt16LE(regularFile | (entry.mode ?? 0o644), 40);
  header.writeUInt32LE(entry.offset, 42);
  return Buffer.concat([header, Buffer.from(entry.name)]);
}

const utf8Names = 0x0800;

/** The 26 bytes both headers share; method 0 is stored. */
function writeCommon(header: Buffer, at: number, { entry, date }: { entry: StoredEntry; date: number }): void {
  header.writeUInt16LE(zipVersion, at);
  header.writeUInt16LE(utf8Names, at + 2);
  header.writeUInt32LE(date, at + 6);
  header.writeUInt32LE(entry.crc, at + 10);
  header.writeUInt32LE(entry.size, at + 14);
  header.writeUInt32LE(entry.size, at + 18);
  header.writeUInt16LE(Buffer.byteLength(entry.name), at + 22);
}

const firstDosTime = Date.UTC(1980, 0, 1);
const lastDosTime = Date.UTC(2107, 11, 31);

/** Date and time as MS-DOS packs them into four bytes, to two seconds. */
function dosDate(milliseconds: number): number {
  const time = new Date(Math.min(Math.max(milliseconds, firstDosTime), lastDosTime));
  const date = ((time.getUTCFullYear() - 1980) << 9) | ((time.getUTCMonth() + 1) << 5) | time.getUTCDate();
  const clock = (time.getUTCHours() << 11) | (time.getUTCMinutes() << 5) | (time.getUTCSeconds() >> 1);
  return date * 0x10000 + clock;
}
