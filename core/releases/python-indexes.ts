import type { Finding } from '../archive/finding.ts';
import type { ProjectName } from '../names/project-name.ts';
import type { SdistFileName } from '../names/sdist-file-name.ts';
import { GatehouseError } from '../problems/error.ts';
import { shownUrl } from '../problems/shown-url.ts';
import { fetchProjectFile } from '../python-index/fetch-project-file.ts';
import { fetchWheelMetadata } from '../python-index/fetch-wheel-metadata.ts';
import { openProject } from '../python-index/open-project.ts';
import type { ProjectFile } from '../python-index/project-file.ts';
import { readSdist } from '../sdist/read-sdist.ts';
import type { UpstreamWorld } from '../upstream/fetch-with-retry.ts';
import { makeOnce } from '../upstream/make-once.ts';
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

/**
 * Reads indexes, each page and file once for as long as the result lives: every platform asks for the same. An index that
 * gave no answer for one project is asked for no other.
 */
export function openPythonIndexes(world: UpstreamWorld): PythonIndexes {
  const pages = new Map<string, Promise<readonly ProjectFile[] | null>>();
  const releases = new Map<string, Promise<ReleaseMetadata>>();
  // Every project of an index that gives no answer would be asked for six times, over half a minute.
  const down = new Map<string, GatehouseError>();
  async function openUnlessDown(index: string, project: ProjectName) {
    const known = down.get(index);
    if (known !== undefined) throw known;
    return openProject(index, project, world).catch((error: unknown) => {
      if (error instanceof GatehouseError && error.code === 'upstream.unreachable' && error.retry)
        down.set(index, error);
      throw error;
    });
  }
  return {
    files: (index, project) =>
      makeOnce(pages, `${index} ${project}`, async () => {
        const files = await openUnlessDown(index, project);
        const url = shownUrl(`${index}/${project}/`);
        if (files !== null) world.log({ type: 'plan.project', url, files: files.length });
        return files;
      }),
    wheel: (file) =>
      makeOnce(releases, file.url, async () => ({ metadata: await fetchWheelMetadata(file, world), leftOut: [] })),
    sdist: (file, name) => makeOnce(releases, file.url, () => readRelease(file, name, world)),
  };
}

async function readRelease(file: ProjectFile, name: SdistOf, world: UpstreamWorld): Promise<ReleaseMetadata> {
  const { texts, findings } = await readSdist(await fetchProjectFile(file, world), name);
  const metadata = parseCoreMetadata(Buffer.from(texts.get('METADATA') ?? ''), 'METADATA', () => {});
  return { metadata, leftOut: findings.filter(({ code }) => code === 'sdist.left-out') };
}
