import { decodeBzip2 } from '../archive/bzip2/decode-bzip2.ts';
import { type Report, refuse, shown } from '../archive/finding.ts';
import { decodeGzip } from '../archive/gzip/decode-gzip.ts';
import { type ReadLimits, startBudget } from '../archive/limits.ts';
import { memberRules } from '../archive/members.ts';
import { walkTar } from '../archive/tar/walk-tar.ts';
import { openZip } from '../archive/zip/open-zip.ts';
import type { SdistFileName } from '../names/sdist-file-name.ts';
import { type ByteSource, chunksOf } from '../ports/byte-source.ts';

/** A regular file of a source distribution. */
export interface SdistFile {
  /** Below the one folder that all is in. */
  readonly path: string;
  /** Bytes. */
  readonly size: number;
  /** Permission bits. */
  readonly mode: number;
  /** Milliseconds since the epoch. */
  readonly modified: number;
  /** Its bytes, once; what is not read before the next file is asked for is skipped. */
  readonly body: AsyncIterable<Uint8Array>;
}

interface Walk {
  readonly source: ByteSource;
  readonly format: SdistFileName['format'];
  readonly limits: ReadLimits;
  /** Of what is odd in the archive. Left out where that stays there: no mode and no spelling of a name goes into a wheel. */
  readonly report?: Report | undefined;
}

const ignore: Report = () => {};

/**
 * The files of a source distribution in order, read strictly; each walk decodes it anew. All of it lies in one folder,
 * and none of it is a link.
 *
 * @throws GatehouseError `package.refused` with `sdist.root`, `sdist.link`, or a code of the archive
 */
export async function* walkSdist(walk: Walk): AsyncGenerator<SdistFile> {
  let root: string | undefined;
  for await (const { path, type, ...file } of walk.format === '.zip' ? zipMembers(walk) : tarMembers(walk)) {
    root ??= path.split('/', 1)[0] ?? '';
    const below = pathBelow(root, path, type);
    if (type === 'file') yield { ...file, path: below };
  }
}

function pathBelow(root: string, path: string, type: Member['type']): string {
  if (type === 'symlink') refuse('sdist.link', `${shown(path)} is a link`);
  if (path === root && type === 'file') refuse('sdist.root', `${shown(path)} lies in no folder`);
  if (path !== root && !path.startsWith(`${root}/`)) refuse('sdist.root', `${shown(path)} lies beside ${shown(root)}`);
  return path.slice(root.length + 1);
}

type Member = SdistFile & { readonly type: 'file' | 'directory' | 'symlink' };

async function* tarMembers({ source, format, limits, report = ignore }: Walk): AsyncGenerator<Member> {
  const meter = startBudget(limits).meter(source.size);
  const tar = format === '.tar.gz' ? decodeGzip(source, meter) : decodeBzip2(chunksOf(source), meter, report);
  for await (const { path, type, size, mode, modified, body } of walkTar(tar, memberRules(limits, report))) {
    yield { path, type, size, mode, modified, body };
  }
}

const unixTypeBits = 0o170000;
const unixSymlink = 0o120000;

async function* zipMembers({ source, limits, report = ignore }: Walk): AsyncGenerator<Member> {
  const rules = memberRules(limits, report);
  const budget = startBudget(limits);
  for (const { name, size, mode, modified, compressedSize, open } of await openZip(source, report)) {
    const directory = name.endsWith('/');
    const link = (mode & unixTypeBits) === unixSymlink;
    const type = directory ? 'directory' : link ? 'symlink' : 'file';
    const path = name.replace(/\/$/, '');
    if (!directory) rules.add({ path, type: 'file', mode: mode & 0o7777 });
    const body = metered(open(), budget.meter(compressedSize));
    yield { path, type, size, mode: mode & 0o7777, modified, body };
  }
}

async function* metered(chunks: AsyncIterable<Uint8Array>, spend: (bytes: number) => void): AsyncGenerator<Uint8Array> {
  for await (const bytes of chunks) {
    spend(bytes.length);
    yield bytes;
  }
}

/** What a first walk over a source distribution finds: all names, and the texts by which the rest is understood. */
export interface SdistSurvey {
  /** In the order in which they lie there. */
  readonly paths: readonly string[];
  /** `setup.py`, `PKG-INFO`, those of each `.egg-info` at the top or one folder down. */
  readonly texts: ReadonlyMap<string, Uint8Array>;
  /** The newest time of a file, in milliseconds since the epoch. */
  readonly modified: number;
}

const understood =
  /^(?:PKG-INFO|setup\.py|setup\.cfg|pyproject\.toml|(?:[^/]+\/)?[^/]+\.egg-info\/(?:PKG-INFO|requires\.txt|entry_points\.txt|top_level\.txt))$/;
/** 4 MiB of all texts together; the largest of 52 real ones, a `PKG-INFO` with its description, has 120 kB. */
const maxTextBytes = 4 * 1024 ** 2;

/** @throws GatehouseError `package.refused` with `A13.json` for texts beyond any sound size */
export async function surveySdist(files: AsyncIterable<SdistFile>): Promise<SdistSurvey> {
  const paths: string[] = [];
  const texts = new Map<string, Uint8Array>();
  let bytes = 0;
  let newest = 0;
  for await (const { path, size, modified, body } of files) {
    paths.push(path);
    newest = Math.max(newest, modified);
    if (!understood.test(path)) continue;
    bytes += size;
    if (bytes > maxTextBytes) refuse('A13.json', `${path} and texts like it have ${bytes} bytes`);
    const parts: Uint8Array[] = [];
    for await (const part of body) parts.push(part);
    texts.set(path, Buffer.concat(parts));
  }
  return { paths, texts, modified: newest };
}
