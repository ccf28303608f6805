import { refuse } from '../archive/finding.ts';
import { defaultLimits, startBudget } from '../archive/limits.ts';
import { openZipDirectory } from '../archive/zip/open-zip.ts';
import { type Sha256, sha256Of } from '../names/digest.ts';
import { parseWheelFileName, type WheelFileName } from '../names/wheel-file-name.ts';
import { GatehouseError } from '../problems/error.ts';
import { shownUrl } from '../problems/shown-url.ts';
import { fetchWithRetry, type UpstreamWorld } from '../upstream/fetch-with-retry.ts';
import { once, readBounded } from '../upstream/read-body.ts';
import { type CoreMetadata, checkRelease, parseCoreMetadata } from '../wheel/core-metadata.ts';
import { fileMembers, readMember, wheelStem } from '../wheel/wheel-members.ts';
import { expectSha256, readOfFile } from './fetch-project-file.ts';
import type { ProjectFile } from './project-file.ts';

/** 16 MiB: real metadata has up to 400 kB, its description included. */
const maxMetadataBytes = 16 * 1024 ** 2;

/**
 * Reads what a wheel says about itself, and holds it against its name: from the file beside it where the index offers one
 * (PEP 658) and has it, else from the wheel: of parts of it where its server gives parts, else of all, which is downloaded
 * into the cache. The wheel as a whole is read when it is fetched, and must say the same. What was read once is kept by
 * the wheel's sha256. Memory: three times 16 MiB, and what the lines of fields and the wheel's file names take.
 *
 * @throws GatehouseError `upstream.*`; `fetch.sha256` for a wheel or metadata with another sha256 than the page gives;
 *   `package.refused` with `metadata.*`, `wheel.*` or a code of the archive
 */
export async function fetchWheelMetadata(file: ProjectFile, world: UpstreamWorld): Promise<CoreMetadata> {
  const name = parseWheelFileName(file.fileName);
  if (!name.ok) refuse('wheel.file-name', `${file.fileName} ${name.message}`);
  const kept = await keptMetadata(file, world);
  if (kept !== null) return soundMetadata(kept, name.wheel);
  const bytes = (await besideWheel(file, world)) ?? (await fromWheel(file, name.wheel, world));
  const metadata = soundMetadata(bytes, name.wheel);
  // Only sound metadata is kept: an index in trouble answers all sorts of things.
  await keep(bytes, file, world);
  return metadata;
}

/** Twice, if need be: a disk that fills up in the middle of it fails once, and the cache is in memory from then on. */
async function keep(bytes: Uint8Array, file: ProjectFile, { cache }: UpstreamWorld): Promise<void> {
  const { sha256 } = file;
  if (sha256 === null) return;
  const put = () => cache.put(keyOf(file), tagOf(sha256), once(bytes));
  await put().catch((error) => {
    if (!(error instanceof GatehouseError && error.retry)) throw error;
    return put();
  });
}

function soundMetadata(bytes: Uint8Array, name: WheelFileName): CoreMetadata {
  const metadata = parseCoreMetadata(bytes, 'METADATA', () => {});
  checkRelease(metadata, name, 'METADATA');
  return metadata;
}

const keyOf = ({ url }: ProjectFile) => `${url}.metadata`;
const tagOf = (sha256: Sha256) => `"${sha256}"`;

async function keptMetadata(file: ProjectFile, { cache }: UpstreamWorld): Promise<Uint8Array | null> {
  const kept = file.sha256 && (await cache.get(keyOf(file)));
  if (!kept || kept.etag !== tagOf(file.sha256) || kept.size > maxMetadataBytes) return null;
  return kept.read(0, kept.size);
}

/** Null where there is none, or an index says that it is there and it is not: the wheel has it too. */
async function besideWheel(file: ProjectFile, world: UpstreamWorld): Promise<Uint8Array | null> {
  if (file.metadata === false) return null;
  const url = keyOf(file);
  return fetchWithRetry({ url, from: file.page }, world, async ({ body }) => {
    const sent = await readBounded(body, maxMetadataBytes, shownUrl(url));
    if (typeof file.metadata === 'string') expectSha256(sha256Of(sent), file.metadata, url);
    return sent;
  });
}

function fromWheel(file: ProjectFile, name: WheelFileName, world: UpstreamWorld): Promise<Uint8Array> {
  const ignore = () => {};
  return readOfFile(file, world, async (source) => {
    const members = fileMembers(await openZipDirectory(source, ignore), defaultLimits, ignore);
    const path = `${wheelStem(members, name)}.dist-info/METADATA`;
    const bytes = await readMember(members, path, startBudget(defaultLimits));
    return bytes ?? refuse('wheel.dist-info', `${file.fileName} has no METADATA`);
  });
}
