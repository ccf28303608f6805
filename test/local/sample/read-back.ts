import { zstdDecompressSync } from 'node:zlib';
import { bunzip2 } from '../../support/archives/bunzip2.ts';

/** Readers for tests only, from the formats' specifications; Python's are the judges in the *.corpus.ts tests. */
export function readTar(bytes: Uint8Array): { path: string; content: string; mode: number; mtime: number }[] {
  const tar = Buffer.from(bytes);
  const members = [];
  let longPath: string | undefined;
  for (let at = 0; tar[at] !== 0; ) {
    const number = (from: number, to: number) => Number.parseInt(tar.toString('latin1', at + from, at + to), 8);
    const size = number(124, 135);
    if (tar.toString('latin1', at + 257, at + 265) !== 'ustar\x0000') throw new Error(`no ustar header at ${at}`);
    const body = tar.subarray(at + 512, at + 512 + size);
    if (tar.toString('latin1', at + 156, at + 157) === 'x') {
      longPath = paxPath(body.toString(), size);
    } else {
      const name = tar.toString('utf8', at, at + 100).replace(/\0.*$/s, '');
      members.push({
        path: longPath ?? name,
        content: body.toString('base64'),
        mode: number(100, 107),
        mtime: number(136, 147),
      });
      longPath = undefined;
    }
    at += 512 + Math.ceil(size / 512) * 512;
  }
  return members;
}

function paxPath(record: string, size: number): string | undefined {
  const [, length, path] = /^(\d+) path=(.*)\n$/su.exec(record) ?? [];
  if (Number(length) !== size) throw new Error(`a pax record of ${size} bytes says ${length}`);
  return path;
}

/** Members by way of the central directory. */
export function readZip(bytes: Uint8Array): { name: string; content: Buffer }[] {
  const zip = Buffer.from(bytes);
  const end = zip.lastIndexOf(Buffer.from('PK\x05\x06'));
  let at = zip.readUInt32LE(end + 16);
  return Array.from({ length: zip.readUInt16LE(end + 10) }, () => {
    const nameLength = zip.readUInt16LE(at + 28);
    const name = zip.toString('utf8', at + 46, at + 46 + nameLength);
    const start = zip.readUInt32LE(at + 42) + 30 + nameLength;
    const content = zip.subarray(start, start + zip.readUInt32LE(at + 24));
    at += 46 + nameLength;
    return { name, content };
  });
}

/** A package's members as path -> text, whatever its format. */
export function readPackage(filename: string, bytes: Uint8Array): Record<string, string> {
  const tars = filename.endsWith('.conda')
    ? readZip(bytes)
        .filter(({ name }) => name.endsWith('.tar.zst'))
        .map(({ content }) => zstdDecompressSync(content))
    : [bunzip2(bytes)];
  const members = tars.flatMap(readTar);
  return Object.fromEntries(members.map(({ path, content }) => [path, Buffer.from(content, 'base64').toString()]));
}
