import { constants, gunzipSync, zstdDecompressSync } from 'node:zlib';
import { decodeBzip2 } from '../../../core/archive/bzip2/decode-bzip2.ts';
import { bytesSource, chunksOf } from '../../../core/ports/byte-source.ts';
import type { ArchiveKind } from '../made-archives/make-file.ts';
import { joined } from '../packages/refusal.ts';
import type { PythonForm, PythonReader } from './python-reader.ts';
import { modernTar, yauzl, type ZipContent, zipJs } from './script-readers.ts';
import { listing, plainPath, type SeenMember, sha256Hex } from './seen.ts';

type OtherReader = 'python' | 'modern-tar' | 'yauzl' | 'zip.js';

export interface Disagreement {
  readonly reader: OtherReader;
  /** What the reader said instead of reading, or the lines that only one of the two has. */
  readonly how: string;
}

const pythonForms: Record<ArchiveKind, PythonForm> = {
  conda: 'conda',
  'tar.bz2': 'tar.bz2',
  wheel: 'zip',
  'sdist.tar.gz': 'tar.gz',
  'sdist.tar.bz2': 'tar.bz2',
  'sdist.zip': 'zip',
};

type Reads = () => Promise<readonly SeenMember[]>;

/**
 * Who reads a file otherwise than we do: lists another member, or other bytes of one, or does not read it at all.
 *
 * @param members what we see in it
 */
export async function whoDisagrees(
  { kind, bytes, members }: { kind: ArchiveKind; bytes: Uint8Array; members: readonly SeenMember[] },
  python: PythonReader,
): Promise<Disagreement[]> {
  const others: readonly (readonly [OtherReader, Reads])[] = [
    ['python', () => python.read(pythonForms[kind], bytes)],
    ...scriptReaders(kind, bytes),
  ];
  const mine = listing(members);
  const comparable = (seen: readonly SeenMember[]) => comparableMembers(kind, seen);
  const found: Disagreement[] = [];
  for (const [reader, read] of others) {
    const how = await difference(mine, async () => comparable(await read()));
    if (how !== null) found.push({ reader, how });
  }
  return found;
}

async function difference(mine: readonly string[], read: Reads): Promise<string | null> {
  try {
    const theirs = listing(await read());
    const only = (of: readonly string[], other: readonly string[]) => of.filter((line) => !other.includes(line));
    if (mine.join('\n') === theirs.join('\n')) return null;
    return `we: ${only(mine, theirs).join(', ')}; they: ${only(theirs, mine).join(', ')}`;
  } catch (error) {
    return `refuses: ${said(error)}`;
  }
}

function scriptReaders(kind: ArchiveKind, bytes: Uint8Array): (readonly [OtherReader, Reads])[] {
  if (kind === 'tar.bz2' || kind === 'sdist.tar.bz2')
    return [['modern-tar', async () => modernTar(await bunzip2(bytes))]];
  if (kind === 'sdist.tar.gz') return [['modern-tar', () => modernTar(gunzipSync(bytes))]];
  if (kind !== 'conda') {
    const zipped = (read: typeof yauzl) => async () => (await read(bytes)).map(zipMember);
    return [
      ['yauzl', zipped(yauzl)],
      ['zip.js', zipped(zipJs)],
    ];
  }
  return [
    ['yauzl', async () => condaMembers(await yauzl(bytes))],
    ['zip.js', async () => condaMembers(await zipJs(bytes))],
  ];
}

/**
 * What of a listing can be compared: folders are no members of a wheel or sdist, and an sdist's files are all in one folder.
 */
function comparableMembers(kind: ArchiveKind, seen: readonly SeenMember[]): readonly SeenMember[] {
  if (kind === 'tar.bz2' || kind === 'conda') return seen;
  const files = seen.filter(({ type }) => type !== 'directory');
  if (kind === 'wheel') return files;
  return files.map((member) => ({ ...member, path: plainPath(member.path).replace(/^[^/]*\//, '') }));
}

const bunzip2 = (bytes: Uint8Array): Promise<Buffer> =>
  joined(
    decodeBzip2(
      chunksOf(bytesSource(bytes)),
      () => {},
      () => {},
    ),
  );

const zipMember = ({ name, content }: ZipContent): SeenMember =>
  name.endsWith('/')
    ? { path: name, type: 'directory', sha256: '', linkTarget: '' }
    : { path: name, type: 'file', sha256: sha256Hex(content), linkTarget: '' };

/** A `.conda` as a script would read it: each member that is a zstd frame, and the tar in it by modern-tar. */
async function condaMembers(zip: readonly ZipContent[]): Promise<SeenMember[]> {
  const seen: SeenMember[] = [];
  if (zip.length !== 3) throw new Error(`it sees ${zip.map(({ name }) => name).join(', ')}`);
  for (const { name, content } of zip) {
    if (!name.endsWith('.tar.zst')) continue;
    const tar = zstdDecompressSync(content, { params: { [constants.ZSTD_d_windowLogMax]: 27 } });
    seen.push(...(await modernTar(tar)));
  }
  return seen;
}

/** zip.js says in an error's reason what exactly it minds. */
const said = (error: unknown): string =>
  error instanceof Error ? `${error.message} ${'reason' in error ? error.reason : ''}` : String(error);
