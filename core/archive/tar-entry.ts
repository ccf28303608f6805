import { allZero } from './all-zero.ts';
import type { ByteReader } from './byte-reader.ts';
import { type Report, refuse, shown } from './finding.ts';
import { blockSize, parseTarHeader, type TarHeader } from './tar-header.ts';
import { parsePax, paxSize } from './tar-pax.ts';

/** Long names and pax records: 1024 bytes a name is the rule, and no real one comes near this. */
const largestExtension = 64 * 1024;

/** What extension headers say about the header that follows them. */
interface Extensions {
  pax?: Map<string, Uint8Array>;
  /** GNU's type `L`. */
  longName?: Uint8Array;
  /** GNU's type `K`. */
  longLink?: Uint8Array;
}

const file = '0';
const symlink = '2';
const directory = '5';
const slash = 0x2f;

/**
 * The next member's header with its extension headers put in; null at the end-of-archive block.
 *
 * @throws GatehouseError `package.refused` with `A8.*` or `A13.header`
 */
export async function readEntry(reader: ByteReader, report: Report): Promise<TarHeader | null> {
  const extensions: Extensions = {};
  for (;;) {
    const header = await readHeader(reader, report);
    if (header === null) {
      if (Object.keys(extensions).length > 0) refuse('A8.pax', 'an extension header without a member');
      return null;
    }
    checkType(header);
    if (header.type !== 'x' && header.type !== 'L' && header.type !== 'K') return extended(header, extensions);
    addExtension(extensions, header.type, await readExtension(reader, header.size));
  }
}

async function readHeader(reader: ByteReader, report: Report): Promise<TarHeader | null> {
  const block = await reader.take(blockSize);
  if (block.length < blockSize) refuse('A8.truncated', 'the tar ends without its end blocks');
  return allZero(block) ? null : parseTarHeader(block, report);
}

function checkType({ type, size, name }: TarHeader): void {
  if (type === 'g') refuse('A8.pax', 'a global pax header');
  const known = [file, symlink, directory, 'x', 'L', 'K'].includes(type);
  // Readers disagree whether such data is skipped or read as headers: a way to hide members from one of them.
  const sized = [file, 'x', 'L', 'K'].includes(type);
  if (!sized && size !== 0) refuse('A8.size-on-nonfile', `a member of type ${shown(type)} with ${size} bytes`);
  if (!known) refuse('A8.type', `a member of type ${shown(type)}`);
  // Python and GNU tar go by this name, not by the long one, and take the data of such a file for headers.
  if (type === file && name.at(-1) === slash) refuse('A8.type', 'a file named like a directory');
}

async function readExtension(reader: ByteReader, size: number): Promise<Uint8Array> {
  if (size > largestExtension) refuse('A13.header', `an extension header of ${size} bytes`);
  const padded = Math.ceil(size / blockSize) * blockSize;
  const bytes = await reader.take(padded);
  if (bytes.length < padded) refuse('A8.truncated', 'the tar ends inside an extension header');
  return bytes.slice(0, size);
}

function addExtension(extensions: Extensions, type: 'x' | 'L' | 'K', bytes: Uint8Array): void {
  const key = type === 'x' ? 'pax' : type === 'L' ? 'longName' : 'longLink';
  if (extensions[key] !== undefined) refuse('A8.pax', `two extension headers of type ${type} for one member`);
  if (type === 'x') extensions.pax = parsePax(bytes);
  else extensions[type === 'L' ? 'longName' : 'longLink'] = untilNul(bytes);
}

function untilNul(bytes: Uint8Array): Uint8Array {
  const end = bytes.indexOf(0);
  if (end < 0 || !allZero(bytes.subarray(end))) refuse('A8.header', 'a damaged GNU long name');
  return bytes.subarray(0, end);
}

function extended(header: TarHeader, { pax, longName, longLink }: Extensions): TarHeader {
  const link = onlyOne(pax?.get('linkpath'), longLink);
  if (link && header.type !== symlink) refuse('A8.pax', 'a link target for what is not a link');
  const size = pax?.get('size');
  if (size && paxSize(size) !== header.size) refuse('A8.pax', 'the pax size contradicts the header');
  const name = onlyOne(pax?.get('path'), longName);
  return { ...header, name: name ?? header.name, linkName: link ?? header.linkName };
}

/** Which of two long names wins differs between readers. */
function onlyOne(pax: Uint8Array | undefined, gnu: Uint8Array | undefined): Uint8Array | undefined {
  if (pax && gnu) refuse('A8.pax', 'a member with two long names');
  return pax ?? gnu;
}
