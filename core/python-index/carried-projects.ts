import { z } from 'zod';
import { parseJson } from '../json/json.ts';
import type { PackageFileName } from '../names/package-file-name.ts';
import { type ProjectName, parseProjectName } from '../names/project-name.ts';
import { type ReadPackageInfo, readPackageInfo } from '../package/read-package-info.ts';
import type { ByteSource } from '../ports/byte-source.ts';
import { GatehouseError } from '../problems/error.ts';
import type { UpstreamRecord } from '../upstream/accept-records.ts';
import type { UpstreamWorld } from '../upstream/fetch-with-retry.ts';
import { readOfFile } from './fetch-project-file.ts';

const pathsSchema = z.object({ paths: z.array(z.object({ _path: z.string() })) });

/** Of a `noarch` package, of one for Windows, and of one for a version of Python: CEP 34 has paths with `/` everywhere. */
const metadataPath = /(?:^|\/)site-packages\/([^/]+)-[^/-]+\.dist-info\/METADATA$/;

/**
 * The projects whose metadata a conda package installs, by its `info/paths.json`: a few requests where its server gives
 * parts. None where it has no such list, or cannot be read.
 *
 * @throws GatehouseError `upstream.*`, `fetch.sha256`
 */
export async function carriedProjects(
  { url, channel, filename, record }: UpstreamRecord,
  world: UpstreamWorld,
): Promise<ReadonlySet<ProjectName>> {
  const file = { url, page: channel, sha256: record.sha256 ?? null };
  return projectsInPackage(filename, (read) => readOfFile(file, world, read));
}

/**
 * The same of a package whose bytes are at hand.
 *
 * @param open gives a reader the bytes
 * @throws what `open` throws, but for a package that cannot be read
 */
export async function projectsInPackage(
  filename: PackageFileName,
  open: (read: (source: ByteSource) => Promise<ReadPackageInfo>) => Promise<ReadPackageInfo>,
): Promise<ReadonlySet<ProjectName>> {
  try {
    const { infoFiles } = await open((source) => readPackageInfo(source, filename));
    if (infoFiles.paths === undefined) return new Set();
    const { paths } = parseJson(infoFiles.paths, pathsSchema, `info/paths.json of ${filename}`);
    const projects = paths.map(({ _path }) => parseProjectName(metadataPath.exec(_path)?.[1] ?? ''));
    return new Set(projects.filter((project) => project !== null));
  } catch (error) {
    if (error instanceof GatehouseError && /^(?:package|json)\./.test(error.code)) return new Set();
    throw error;
  }
}
