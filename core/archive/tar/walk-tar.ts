import { allZero, type ByteReader, byteReader } from '../byte-reader.ts';
import { type Report, refuse, shown } from '../finding.ts';
import { type MemberFacts, type MemberRules, memberPath, memberText } from '../members.ts';
import { blockBytes, parseTarHeader, type TarHeader } from './header.ts';
import { parsePax, paxSize } from './pax.ts';

export interface TarMember extends MemberFacts {
  /** Bytes. */
  readonly size: number;
  /** Milliseconds since the epoch, as its header block has it. */
  readonly modified: number;
  /** Its bytes, once; what is not read before the next member is asked for is skipped. */
  readonly body: AsyncIterable<Uint8Array>;
}

const maxSliceBytes = 256 * 1024;

/**
 * The members of a tar (ustar, pax, GNU long names), read strictly and in order. What two readers could take for
 * different members is refused: otherwise a package that was checked as one set of files could be installed as another.
 * Ends with the stream; memory is one slice and the rules' names.
 *
 * @throws GatehouseError `package.refused` with `A8.*` (framing), `A9.*` (names), `A12.dup` or `A13.*` (limits)
 */
export async function* walkTar(chunks: AsyncIterable<Uint8Array>, rules: MemberRules): AsyncGenerator<TarMember> {
  await using reader = byteReader(chunks);
  const next = () => readMemberHeader(reader, rules.report);
  for (let header = await next(); header !== null; header = await next()) {
    const facts = factsOf(header, rules.report);
    const body = memberBody(reader, header.size);
    rules.add(facts);
    if (facts.path === '') rules.report('archive.root', 'the tar has a member for its own root');
    else {
      yield { ...facts, size: header.size, modified: header.mtime * 1000, body };
    }
    for (const rest = body[Symbol.asyncIterator](); !(await rest.next()).done; );
    await reader.take((blockBytes - (header.size % blockBytes)) % blockBytes);
  }
  // After one zero block another, and zeros to the end: data behind it is read by some readers and not by others.
  const second = await takeBlock(reader);
  for (let bytes: Uint8Array | null = second; bytes !== null; bytes = await reader.some(maxSliceBytes)) {
    if (!allZero(bytes)) refuse('A8.end', 'data behind the end of the tar');
  }
}

async function takeBlock(reader: ByteReader): Promise<Uint8Array> {
  const block = await reader.take(blockBytes);
  if (block.length < blockBytes) refuse('A8.truncated', 'the tar ends without its end blocks');
  return block;
}

function factsOf(header: TarHeader, report: Report): MemberFacts {
  const { mode } = header;
  const type = header.type === '5' ? 'directory' : header.type === '2' ? 'symlink' : 'file';
  const path = memberPath(header.name, type === 'directory', report);
  if (type !== 'symlink') return { path, type, mode };
  // No file system can make a link without a target, but Anaconda's own zlib 1.2.11 holds two.
  if (header.linkName.length === 0) report('A10.target', `the symlink ${shown(path)} has no target`);
  return { path, type, mode, linkTarget: memberText(header.linkName, 'link target') };
}

/** One generator for reader and skipper alike: whoever comes second goes on where the first stopped. */
function memberBody(reader: ByteReader, size: number): AsyncIterable<Uint8Array> {
  let left = size;
  return {
    async *[Symbol.asyncIterator]() {
      while (left > 0) {
        const bytes = await reader.some(Math.min(left, maxSliceBytes));
        if (bytes === null) refuse('A8.truncated', 'the tar ends inside a member');
        left -= bytes.length;
        yield bytes;
      }
    },
  };
}

/** Of long names and pax records. A name has at most 1024 bytes, and no real record comes near this. */
const maxExtensionBytes = 64 * 1024;

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
const extensionTypes = ['x', 'L', 'K'];

/** The next member's header with its extension headers put in; null at the end-of-archive block. */
async function readMemberHeader(reader: ByteReader, report: Report): Promise<TarHeader | null> {
  const extensions: Extensions = {};
  for (;;) {
    const block = await takeBlock(reader);
    const header = allZero(block) ? null : parseTarHeader(block, report);
    if (header === null && Object.keys(extensions).length > 0) refuse('A8.pax', 'an extension header without a member');
    if (header === null) return null;
    checkType(header);
    if (!extensionTypes.includes(header.type)) return extended(header, extensions);
    await addExtension(extensions, header, reader);
  }
}

function checkType({ type, isOld, size, name }: TarHeader): void {
  if (type === 'g') refuse('A8.pax', 'a global pax header');
  const known = [file, symlink, directory, ...extensionTypes].includes(type);
  // Readers disagree whether such data is skipped or read as headers: a way to hide members from one of them.
  const sized = [file, ...extensionTypes].includes(type);
  if (!sized && size !== 0) refuse('A8.size-on-nonfile', `a member of type ${shown(type)} with ${size} bytes`);
  if (!known) refuse('A8.type', `a member of type ${shown(type)}`);
  // Python goes by this name, not by the long one, and takes the data of such a file for headers. Under the newer flag
  // it does not: Python's writer cuts a long name here after 100 bytes, be the last a slash or not.
  if (isOld && type === file && name.at(-1) === slash) refuse('A8.type', 'a file named like a directory');
}

async function addExtension(extensions: Extensions, { type, size }: TarHeader, reader: ByteReader): Promise<void> {
  if (size > maxExtensionBytes) refuse('A13.header', `an extension header of ${size} bytes`);
  const padded = Math.ceil(size / blockBytes) * blockBytes;
  const block = await reader.take(padded);
  if (block.length < padded) refuse('A8.truncated', 'the tar ends inside an extension header');
  const bytes = block.slice(0, size);
  const key = type === 'x' ? 'pax' : type === 'L' ? 'longName' : 'longLink';
  checkOthers(extensions, key);
  if (key === 'pax') {
    extensions.pax = parsePax(bytes);
    return;
  }
  // A name that ends in NULs; text behind the first of them is part of the name to some readers.
  const end = bytes.indexOf(0);
  if (end <= 0 || !allZero(bytes.subarray(end))) refuse('A8.header', 'a damaged GNU long name');
  extensions[key] = bytes.subarray(0, end);
}

/** modern-tar loses a long name that a pax header follows, and which of two names wins differs between readers. */
function checkOthers(extensions: Extensions, key: keyof Extensions): void {
  if (extensions[key] !== undefined) refuse('A8.pax', 'two extension headers of one type for one member');
  const isMixed = key === 'pax' ? Object.keys(extensions).length > 0 : extensions.pax !== undefined;
  if (isMixed) refuse('A8.pax', 'a member with pax and GNU headers');
}

function extended(header: TarHeader, { pax, longName, longLink }: Extensions): TarHeader {
  const link = pax?.get('linkpath') ?? longLink;
  if (link && header.type !== symlink) refuse('A8.pax', 'a link target for what is not a link');
  const size = pax?.get('size');
  if (size && paxSize(size) !== header.size) refuse('A8.pax', 'the pax size contradicts the header');
  const name = pax?.get('path') ?? longName;
  return { ...header, name: name ?? header.name, linkName: link ?? header.linkName };
}
