import { refuse } from '../finding.ts';
import type { SizedBytes } from '../sized-bytes.ts';
import { blockBytes } from './header.ts';

/** One regular file to pack. */
export interface TarFile extends SizedBytes {
  /** Relative, `/`-separated. */
  readonly path: string;
  /** Permission bits; 0o644 when absent. */
  readonly mode?: number;
}

/** The archive's end: two zero blocks. */
const endBlocks = new Uint8Array(2 * blockBytes);

/**
 * Streams a tar of regular files in the order given: ustar with uid and gid 0 and one mtime (seconds since the epoch),
 * and a pax header (POSIX.1-2001) where a path does not fit ustar's 100 ASCII bytes. The same files give the same bytes.
 *
 * @throws GatehouseError `package.refused` with `A13.member` for a file of 8 GiB or more
 * @throws RangeError when a file turns out not to have its size
 */
export async function* writeTar(files: Iterable<TarFile>, mtime: number): AsyncGenerator<Uint8Array> {
  for (const file of files) {
    yield tarHeader(file, mtime);
    let size = 0;
    for await (const bytes of file.open()) {
      size += bytes.length;
      yield bytes;
    }
    if (size !== file.size) throw new RangeError(`${file.path} has ${size} bytes and not its ${file.size}`);
    yield padding(size);
  }
  yield endBlocks;
}

/** How many bytes {@link writeTar} makes of them. */
export function tarSize(files: Iterable<TarFile>): number {
  let total = endBlocks.length;
  for (const file of files) total += tarHeader(file, 0).length + Math.ceil(file.size / blockBytes) * blockBytes;
  return total;
}

const padding = (size: number): Uint8Array => new Uint8Array((blockBytes - (size % blockBytes)) % blockBytes);

const nameFieldBytes = 100;
/** 11 octal digits, the most a ustar size field holds: 8 GiB less one byte. */
const maxFileBytes = 8 ** 11 - 1;

function tarHeader({ path, size, mode = 0o644 }: TarFile, mtime: number): Uint8Array {
  if (size > maxFileBytes) refuse('A13.member', `${path}: ${size} bytes do not fit a tar header`);
  const name = Buffer.from(path);
  const fits = name.length <= nameFieldBytes && name.length === path.length;
  const header = ustar({ name: fits ? name : name.subarray(0, nameFieldBytes), type: '0', size, mode, mtime });
  return fits ? header : Buffer.concat([paxHeader(path, mtime), header]);
}

function paxHeader(path: string, mtime: number): Uint8Array {
  const record = Buffer.from(paxRecord('path', path));
  const header = ustar({ name: Buffer.from('PaxHeader'), type: 'x', size: record.length, mode: 0o644, mtime });
  return Buffer.concat([header, record, padding(record.length)]);
}

/** `<length> <key>=<value>\n`, where the length counts its own digits too. */
function paxRecord(key: string, value: string): string {
  const rest = ` ${key}=${value}\n`;
  const bytes = Buffer.byteLength(rest);
  const digits = String(bytes + String(bytes).length).length;
  return `${bytes + digits}${rest}`;
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
