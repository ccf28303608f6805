import type { Finding } from '../archive/finding.ts';
import { digestStream } from '../names/digest.ts';
import type { ProjectName } from '../names/project-name.ts';
import type { SdistFileName } from '../names/sdist-file-name.ts';
import { type ByteSource, chunksOf } from '../ports/byte-source.ts';
import { GatehouseError } from '../problems/error.ts';
import { shownUrl } from '../problems/shown-url.ts';
import { fetchWheelMetadata } from '../python-index/fetch-wheel-metadata.ts';
import { openProject } from '../python-index/open-project.ts';
import type { ProjectFile } from '../python-index/project-file.ts';
import { readSdist } from '../sdist/read-sdist.ts';
import { fetchWithRetry, type UpstreamWorld } from '../upstream/fetch-with-retry.ts';
import { capped } from '../upstream/read-body.ts';
import { type CoreMetadata, parseCoreMetadata } from '../wheel/core-metadata.ts';

/** A source distribution of a project. */
interface SdistOf extends SdistFileName {
  readonly project: ProjectName;
}

/** What a release says of itself. */
export interface ReleaseMetadata {
  readonly metadata: CoreMetadata;
  /** What only running the sdist's `setup.py` would add. */
  readonly leftOut: readonly Finding[];
}

/** Python package indexes, as a plan reads them. Rejects with GatehouseError as {@link openProject}, or `package.refused`. */
export interface PythonIndexes {
  /** The files of a project; null when the index has no such project. */
  files(index: string, project: ProjectName): Promise<readonly ProjectFile[] | null>;
  wheel(file: ProjectFile): Promise<ReleaseMetadata>;
  sdist(file: ProjectFile, name: SdistOf): Promise<ReleaseMetadata>;
}

/** Reads indexes, each page and file once for as long as the result lives: every platform asks for the same. */
export function openPythonIndexes(world: UpstreamWorld): PythonIndexes {
  const pages = new Map<string, Promise<readonly ProjectFile[] | null>>();
  const releases = new Map<string, Promise<ReleaseMetadata>>();
  return {
    files: (index, project) =>
      once(pages, `${index} ${project}`, async () => {
        const files = await openProject(index, project, world);
        const url = shownUrl(`${index}/${project}/`);
        if (files !== null) world.log({ type: 'plan.project', url, files: files.length });
        return files;
      }),
    wheel: (file) =>
      once(releases, file.url, async () => ({ metadata: await fetchWheelMetadata(file, world), leftOut: [] })),
    sdist: (file, name) => once(releases, file.url, () => readRelease(file, name, world)),
  };
}

function once<T>(known: Map<string, Promise<T>>, key: string, make: () => Promise<T>): Promise<T> {
  const made = known.get(key) ?? make();
  known.set(key, made);
  return made;
}

async function readRelease(file: ProjectFile, name: SdistOf, world: UpstreamWorld): Promise<ReleaseMetadata> {
  const { texts, findings } = await readSdist(await bytesOf(file, world), name);
  const metadata = parseCoreMetadata(Buffer.from(texts.get('METADATA') ?? ''), 'METADATA', () => {});
  return { metadata, leftOut: findings.filter(({ code }) => code === 'sdist.left-out') };
}

/** 256 MiB: what `readSdist` takes. */
const maxSdistBytes = 256 * 1024 ** 2;

/** Downloads an sdist into the cache, unless it is there. */
async function bytesOf({ url, page: from, sha256 }: ProjectFile, world: UpstreamWorld): Promise<ByteSource> {
  const sha256In = async (source: ByteSource) => (await digestStream(chunksOf(source))).sha256;
  const kept = await world.cache.get(url);
  if (kept !== null && (await sha256In(kept)) === sha256) return kept;
  const received = await fetchWithRetry({ url, from }, world, async ({ body }) => {
    const source = await world.cache.put(url, null, capped(body, maxSdistBytes, shownUrl(url)));
    const got = await sha256In(source);
    if (got === sha256) return source;
    throw new GatehouseError('fetch.sha256', `${shownUrl(url)}: expected sha256 ${sha256}, got ${got}`, {
      retry: true,
    });
  });
  if (received !== null) return received;
  throw new GatehouseError('upstream.status', `${shownUrl(url)} is not there, though its index lists it`);
}
