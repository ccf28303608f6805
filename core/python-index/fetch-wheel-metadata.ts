import { refuse } from '../archive/finding.ts';
import { defaultLimits, startBudget } from '../archive/limits.ts';
import { openZip } from '../archive/zip/open-zip.ts';
import { digestStream, type Sha256, sha256Of } from '../names/digest.ts';
import { parseWheelFileName, type WheelFileName } from '../names/wheel-file-name.ts';
import { type ByteSource, chunksOf } from '../ports/byte-source.ts';
import { GatehouseError } from '../problems/error.ts';
import { shownUrl } from '../problems/shown-url.ts';
import { fetchWithRetry, type UpstreamWorld } from '../upstream/fetch-with-retry.ts';
import { capped, once, readBounded } from '../upstream/read-body.ts';
import { type CoreMetadata, checkRelease, parseCoreMetadata } from '../wheel/core-metadata.ts';
import { fileMembers, readMember, wheelStem } from '../wheel/wheel-members.ts';
import type { ProjectFile } from './project-file.ts';

/** 16 MiB: real metadata has up to 400 kB, its description included. */
const maxMetadataBytes = 16 * 1024 ** 2;
/** 256 MiB, of a wheel whose metadata can be had in no other way. PyPI takes files of 100 MiB unless it is asked for more. */
const maxWheelBytes = 256 * 1024 ** 2;

/**
 * Reads what a wheel says about itself, and holds it against its name: from the file beside it where the index offers one
 * (PEP 658) and has it, else from the wheel, of which all is downloaded, into the cache. What was read once is kept by the wheel's
 * sha256. Memory: 16 MiB and what the wheel's file names take.
 *
 * @throws GatehouseError `upstream.*`; `fetch.sha256` for a wheel or metadata with another sha256 than the page gives;
 *   `package.refused` with `metadata.*`, `wheel.*` or a code of the archive
 */
export async function fetchWheelMetadata(file: ProjectFile, world: UpstreamWorld): Promise<CoreMetadata> {
  const name = parseWheelFileName(file.fileName);
  if (!name.ok) refuse('wheel.file-name', `${file.fileName} ${name.message}`);
  const bytes = (await keptMetadata(file, world)) ?? (await newMetadata(file, name.wheel, world));
  const metadata = parseCoreMetadata(bytes, 'METADATA', () => {});
  checkRelease(metadata, name.wheel, 'METADATA');
  return metadata;
}

const keyOf = ({ url }: ProjectFile) => `${url}.metadata`;
const tagOf = (sha256: Sha256) => `"${sha256}"`;

async function keptMetadata(file: ProjectFile, { cache }: UpstreamWorld): Promise<Uint8Array | null> {
  const kept = file.sha256 && (await cache.get(keyOf(file)));
  if (!kept || kept.etag !== tagOf(file.sha256) || kept.size > maxMetadataBytes) return null;
  return kept.read(0, kept.size);
}

async function newMetadata(file: ProjectFile, name: WheelFileName, world: UpstreamWorld): Promise<Uint8Array> {
  const beside = file.metadata === false ? null : await besideWheel(file, world);
  const bytes = beside ?? (await fromWheel(file, name, world));
  if (file.sha256 !== null) await world.cache.put(keyOf(file), tagOf(file.sha256), once(bytes));
  return bytes;
}

/** Null where an index says that it is there and it is not: the wheel has it too. */
async function besideWheel(file: ProjectFile, world: UpstreamWorld): Promise<Uint8Array | null> {
  const url = keyOf(file);
  return fetchWithRetry({ url, from: file.page }, world, async ({ body }) => {
    const sent = await readBounded(body, maxMetadataBytes, shownUrl(url));
    if (typeof file.metadata === 'string') expectSha256(sha256Of(sent), file.metadata, url);
    return sent;
  });
}

async function fromWheel(file: ProjectFile, name: WheelFileName, world: UpstreamWorld): Promise<Uint8Array> {
  const { url, page: from } = file;
  const source = await fetchWithRetry({ url, from }, world, ({ body, header }) =>
    world.cache.put(url, header('etag'), capped(body, maxWheelBytes, shownUrl(url))),
  );
  if (source !== null) return metadataIn(source, file, name);
  throw new GatehouseError('upstream.status', `${shownUrl(url)} is not there, though its index lists it`);
}

async function metadataIn(source: ByteSource, file: ProjectFile, name: WheelFileName): Promise<Uint8Array> {
  const { sha256 } = await digestStream(chunksOf(source));
  if (file.sha256 !== null) expectSha256(sha256, file.sha256, file.url);
  const ignore = () => {};
  const members = fileMembers(await openZip(source, ignore), defaultLimits, ignore);
  const path = `${wheelStem(members, name)}.dist-info/METADATA`;
  const bytes = await readMember(members, path, startBudget(defaultLimits));
  return bytes ?? refuse('wheel.dist-info', `${file.fileName} has no METADATA`);
}

function expectSha256(got: Sha256, expected: Sha256, url: string): void {
  if (got === expected) return;
  const detail = `${shownUrl(url)}: expected sha256 ${expected}, got ${got}`;
  throw new GatehouseError('fetch.sha256', detail, { retry: true });
}
