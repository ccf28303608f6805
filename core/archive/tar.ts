import { allZero } from './all-zero.ts';
import { type ByteReader, byteReader } from './byte-reader.ts';
import { type Report, refuse, shown } from './finding.ts';
import { memberPath, memberText } from './member-path.ts';
import type { MemberFacts, MemberRules } from './member-rules.ts';
import { readEntry } from './tar-entry.ts';
import { blockSize, type TarHeader } from './tar-header.ts';

export interface TarMember extends MemberFacts {
  /** Bytes. */
  readonly size: number;
  /** Its bytes, once; what is not read before the next member is asked for is skipped. */
  readonly body: AsyncIterable<Uint8Array>;
}

const slice = 256 * 1024;

/**
 * The members of a tar (ustar, pax, GNU long names), read strictly and in order: what two readers could take for
 * different members is refused (security rules A8, A9, A12, A13). Ends with the stream; memory is one slice and the
 * rules' names.
 *
 * @throws GatehouseError `package.refused` with `A8.*`, `A9.*`, `A12.dup` or `A13.*`
 */
export async function* walkTar(chunks: AsyncIterable<Uint8Array>, rules: MemberRules): AsyncGenerator<TarMember> {
  await using reader = byteReader(chunks);
  const next = () => readEntry(reader, rules.report);
  for (let header = await next(); header !== null; header = await next()) {
    const facts = factsOf(header, rules.report);
    const body = memberBody(reader, header.size);
    if (facts.path === '') rules.report('archive.root', 'the tar has a member for its own root');
    else {
      rules.add(facts);
      yield { ...facts, size: header.size, body };
    }
    await skipRest(body);
    await reader.take((blockSize - (header.size % blockSize)) % blockSize);
  }
  await checkEnd(reader);
}

/** One generator for reader and skipper alike: whoever comes second goes on where the first stopped. */
function memberBody(reader: ByteReader, size: number): AsyncIterable<Uint8Array> {
  let left = size;
  return {
    async *[Symbol.asyncIterator]() {
      while (left > 0) {
        const bytes = await reader.some(Math.min(left, slice));
        if (bytes === null) refuse('A8.truncated', 'the tar ends inside a member');
        left -= bytes.length;
        yield bytes;
      }
    },
  };
}

async function skipRest(body: AsyncIterable<Uint8Array>): Promise<void> {
  const rest = body[Symbol.asyncIterator]();
  while (!(await rest.next()).done);
}

/** After one zero block another, and zeros to the end: data behind it is read by some readers and not by others. */
async function checkEnd(reader: ByteReader): Promise<void> {
  const second = await reader.take(blockSize);
  if (second.length < blockSize) refuse('A8.truncated', 'the tar ends without its end blocks');
  for (let bytes: Uint8Array | null = second; bytes !== null; bytes = await reader.some(slice)) {
    if (!allZero(bytes)) refuse('A8.end', 'data behind the end of the tar');
  }
}

function factsOf(header: TarHeader, report: Report): MemberFacts {
  const { mode } = header;
  const type = header.type === '5' ? 'directory' : header.type === '2' ? 'symlink' : 'file';
  const path = memberPath(header.name, type === 'directory', report);
  if (type !== 'symlink') return { path, type, mode };
  // No file system can make one, but Anaconda's own zlib 1.2.11 holds two.
  if (header.linkName.length === 0) report('A10.target', `the symlink ${shown(path)} has no target`);
  return { path, type, mode, linkTarget: memberText(header.linkName, 'link target') };
}
