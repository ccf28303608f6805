import { readIndex } from '../index/read-index.ts';
import type { Sha256 } from '../names/digest.ts';
import type { PackageFileName } from '../names/package-file-name.ts';
import type { ProjectName } from '../names/project-name.ts';
import type { Subdir } from '../names/subdir.ts';
import type { RepodataRecord } from '../record/record.ts';
import { readProjectState } from '../simple/project-state.ts';
import { projectsWithState } from '../simple/projects-in.ts';
import type { Served } from '../solve/standing/standings.ts';
import type { ChannelStore } from '../store/list-packages.ts';
import { isDamaged } from '../store/read-json-object.ts';
import { makeOnce } from '../upstream/make-once.ts';

/**
 * What clients can get of a store now; each index and page is read once for as long as the result lives. What an index that
 * is damaged listed is judged by its verdicts, as all else is.
 */
export function openServed({ store, channel }: ChannelStore): Served {
  const subdirs = new Map<string, Promise<ReadonlyMap<PackageFileName, RepodataRecord>>>();
  const pages = new Map<string, Promise<ReadonlyMap<string, Sha256>>>();
  let projects: Promise<ReadonlySet<ProjectName>> | undefined;
  const readSubdir = async (subdir: Subdir) => {
    const index = await readIndex(store, channel, subdir).catch((error: unknown) => {
      if (isDamaged(error)) return null;
      throw error;
    });
    return index ?? new Map<PackageFileName, RepodataRecord>();
  };
  const readPage = async (project: ProjectName) => {
    projects ??= projectsWithState(store).then((all) => new Set(all));
    if (!(await projects).has(project)) return new Map<string, Sha256>();
    const { state } = await readProjectState(store, project);
    return new Map((state?.content ?? []).map(({ fileName, entered }) => [fileName, entered.sha256]));
  };
  return {
    packages: (subdir) => makeOnce(subdirs, subdir, () => readSubdir(subdir)),
    files: (project) => makeOnce(pages, project, () => readPage(project)),
  };
}
