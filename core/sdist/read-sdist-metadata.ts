import { createHash } from 'node:crypto';
import { collectFindings, type Finding, type Report, refuse } from '../archive/finding.ts';
import { defaultLimits, type ReadLimits } from '../archive/limits.ts';
import { sha256Schema } from '../names/digest.ts';
import type { DistributionFileName } from '../names/distribution-file-name.ts';
import type { ProjectName } from '../names/project-name.ts';
import { parseSdistFileName, type SdistFileName, sdistFormats } from '../names/sdist-file-name.ts';
import type { ByteSource } from '../ports/byte-source.ts';
import type { FileObserver } from '../wheel/check-record.ts';
import { type CoreMetadata, checkRelease, parseCoreMetadata } from '../wheel/core-metadata.ts';
import { type SdistFile, walkSdist } from './walk-sdist.ts';

/** What a source distribution that is served as it is says of itself. */
export interface SdistMetadata {
  /** Where the project's name ends in the file's is known by its metadata alone. */
  readonly name: SdistFileName & { readonly project: ProjectName };
  /** Of `PKG-INFO`. What it requires may be told by the build alone, so nothing is planned by it. */
  readonly metadata: CoreMetadata;
  /** The newest time of a file, in milliseconds since the epoch. */
  readonly modified: number;
  /** What is odd but sound. */
  readonly findings: readonly Finding[];
}

/**
 * Reads `PKG-INFO` of a source distribution (PEP 625) and walks the whole archive strictly, so that a file that was cut off
 * is refused. What building it would give is not asked: nothing of it is run. Memory is bounded by the limits' name bytes
 * and 4 MiB of text.
 *
 * @param observed who is shown every file's bytes as they pass, and told of what is odd in the archive
 * @throws GatehouseError `package.refused` with `sdist.file-name`, `sdist.pkg-info`, `sdist.root`, `sdist.link`,
 *   `metadata.field`, `metadata.identity`, or a code of the archive
 */
export async function readSdistMetadata(
  source: ByteSource,
  fileName: DistributionFileName,
  limits: ReadLimits = defaultLimits,
  observed?: { readonly observe: FileObserver; readonly report: Report },
): Promise<SdistMetadata> {
  const format = sdistFormats.find((ending) => fileName.endsWith(ending));
  if (format === undefined) refuse('sdist.file-name', `${fileName} ends in none of ${sdistFormats.join(', ')}`);
  if (source.size > limits.compressedBytes) refuse('A13.compressed', `${fileName} has ${source.size} bytes`);
  const { pkgInfo, modified } = await findPkgInfo(
    walkSdist({ source, format, limits, report: observed?.report }),
    observed?.observe,
  );
  if (pkgInfo === null) refuse('sdist.pkg-info', `${fileName} has no PKG-INFO at its top`);
  const { report, list } = collectFindings();
  const metadata = parseCoreMetadata(pkgInfo, 'PKG-INFO', report);
  const name = parseSdistFileName(fileName, metadata.project);
  if (name === null) refuse('metadata.identity', `PKG-INFO is of ${metadata.project}, the file is ${fileName}`);
  const { project } = metadata;
  checkRelease(metadata, { project, version: name.version }, 'PKG-INFO');
  return { name: { ...name, project }, metadata, modified, findings: list() };
}

/** Of 52 real ones the largest, with its description, has 120 kB. */
const maxPkgInfoBytes = 4 * 1024 ** 2;

async function findPkgInfo(
  files: AsyncIterable<SdistFile>,
  observe?: FileObserver,
): Promise<{ pkgInfo: Uint8Array | null; modified: number }> {
  let pkgInfo: Uint8Array | null = null;
  let modified = 0;
  for await (const file of files) {
    modified = Math.max(modified, file.modified);
    const body = observe === undefined ? file.body : observedBody(file, observe);
    const bytes = await readFile({ ...file, body }, file.path === 'PKG-INFO');
    pkgInfo ??= bytes;
  }
  return { pkgInfo, modified };
}

async function* observedBody({ path, mode, size, body }: SdistFile, observe: FileObserver): AsyncGenerator<Uint8Array> {
  const seen = observe({ path, mode, size });
  const sha256 = createHash('sha256');
  for await (const bytes of body) {
    sha256.update(bytes);
    seen.see(bytes);
    yield bytes;
  }
  seen.end(sha256Schema.parse(sha256.digest('hex')));
}

/** Its bytes where they are asked for. All are read to their end: there a ZIP's CRC is checked. */
async function readFile({ size, body }: SdistFile, isAsked: boolean): Promise<Uint8Array | null> {
  if (isAsked && size > maxPkgInfoBytes) refuse('A13.json', `PKG-INFO has ${size} bytes`);
  const parts: Uint8Array[] = [];
  for await (const part of body) if (isAsked) parts.push(part);
  return isAsked ? Buffer.concat(parts) : null;
}
