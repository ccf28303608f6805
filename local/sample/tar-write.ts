/** One regular file of a tar archive. */
export interface TarFile {
  /** Relative, `/`-separated. */
  readonly path: string;
  readonly content: Uint8Array;
  /** Permission bits; 0o644 when absent. */
  readonly mode?: number;
}

export interface TarFileHeader {
  readonly path: string;
  /** Bytes. */
  readonly size: number;
  readonly mode?: number | undefined;
  /** Seconds since the epoch. */
  readonly mtime: number;
}

const blockBytes = 512;
const nameFieldBytes = 100;
/** 11 octal digits, the most a ustar size field holds: 8 GiB less one byte. */
const maxFileBytes = 8 ** 11 - 1;

/** The archive's end: two zero blocks. */
export const tarEnd: Uint8Array = new Uint8Array(2 * blockBytes);

/** The zero bytes that fill a member of `size` bytes up to a whole block. */
export const tarPadding = (size: number): Uint8Array => new Uint8Array((blockBytes - (size % blockBytes)) % blockBytes);

/**
 * The header block of a regular file, POSIX.1-2001: ustar with uid and gid 0, after a pax header when the path does
 * not fit ustar's 100 ASCII bytes. The caller writes `size` bytes and {@link tarPadding} after it.
 *
 * @throws RangeError for a file of 8 GiB or more
 */
export function tarHeader({ path, size, mode = 0o644, mtime }: TarFileHeader): Uint8Array {
  if (size > maxFileBytes) throw new RangeError(`${path}: ${size} bytes do not fit a ustar header`);
  const name = Buffer.from(path);
  const fits = name.length <= nameFieldBytes && name.length === path.length;
  const header = ustar({ name: fits ? name : name.subarray(0, nameFieldBytes), type: '0', size, mode, mtime });
  return fits ? header : Buffer.concat([paxHeader(path, mtime), header]);
}

/** A whole archive, members in the order given, all with one mtime (seconds since the epoch). */
export function tarArchive(members: readonly TarFile[], mtime: number): Uint8Array {
  const parts = members.flatMap(({ path, content, mode }) => [
    tarHeader({ path, size: content.length, mode, mtime }),
    content,
    tarPadding(content.length),
  ]);
  return Buffer.concat([...parts, tarEnd]);
}

/** A header and its record, `<length> path=<path>\n`. */
function paxHeader(path: string, mtime: number): Uint8Array {
  const rest = ` path=${path}\n`;
  const bytes = Buffer.byteLength(rest);
  // The length before it counts its own digits too.
  const digits = String(bytes + String(bytes).length).length;
  const record = Buffer.from(`${bytes + digits}${rest}`);
  const header = ustar({ name: Buffer.from('PaxHeader'), type: 'x', size: record.length, mode: 0o644, mtime });
  return Buffer.concat([header, record, tarPadding(record.length)]);
}

interface UstarFields {
  readonly name: Uint8Array;
  readonly type: '0' | 'x';
  readonly size: number;
  readonly mode: number;
  readonly mtime: number;
}

function ustar({ name, type, size, mode, mtime }: UstarFields): Uint8Array {
  const header = Buffer.alloc(blockBytes);
  header.set(name);
  header.write(octal(mode, 7), 100);
  header.write(octal(0, 7), 108);
  header.write(octal(0, 7), 116);
  header.write(octal(size, 11), 124);
  header.write(octal(mtime, 11), 136);
  header.write(' '.repeat(8), 148);
  header.write(type, 156);
  header.write('ustar\x0000', 257);
  const checksum = header.reduce((sum, byte) => sum + byte, 0);
  header.write(`${octal(checksum, 6)}\0 `, 148);
  return header;
}

const octal = (value: number, digits: number): string => value.toString(8).padStart(digits, '0');
