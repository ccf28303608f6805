import type { ProjectName } from '../../names/project-name.ts';
import type { Store } from '../../ports/store.ts';
import type { ProjectFile } from '../../python-index/project-file.ts';
import type { PipIndex } from '../../resolve/pip-index.ts';
import { storedIndex } from '../../resolve/stored-index.ts';
import { makeOnce } from '../../upstream/make-once.ts';
import type { CoreMetadata } from '../../wheel/core-metadata.ts';

/** Our own pages of one or more parts of a store, as pip sees them that is told of all of them. */
export function ownPages(parts: readonly Store[]): PipIndex {
  const indexes = parts.map(storedIndex);
  const pages = new Map<ProjectName, Promise<readonly ProjectFile[] | null>>();
  const sources = new Map<ProjectFile, PipIndex>();
  const read = async (project: ProjectName) => {
    const found = new Map<string, ProjectFile>();
    const seen = await Promise.all(indexes.map(async (index) => ({ index, files: await index.files(project) })));
    const all = seen.flatMap(({ index, files }) => (files ?? []).map((file) => ({ index, file })));
    for (const { index, file } of all) {
      if (found.has(file.fileName)) continue;
      found.set(file.fileName, file);
      sources.set(file, index);
    }
    return seen.some(({ files }) => files !== null) ? [...found.values()] : null;
  };
  return {
    files: (project) => makeOnce(pages, project, () => read(project)),
    metadata: async (file) => {
      const source = sources.get(file);
      if (source === undefined) throw new TypeError(`${file.fileName} is of no page that was read`);
      return source.metadata(file);
    },
  };
}

/** A wheel that is offered: how a page would list it, and what it says of itself. */
export interface PagedWheel {
  readonly project: ProjectName;
  readonly file: ProjectFile;
  readonly metadata: CoreMetadata;
}

/** The pages as they would be with these wheels; of a name that is there already, those that are there. */
export function withWheels(pages: PipIndex, wheels: readonly PagedWheel[]): PipIndex {
  const own = new Map(wheels.map(({ file, metadata }) => [file, metadata]));
  return {
    async files(project) {
      const there = await pages.files(project);
      const names = new Set(there?.map(({ fileName }) => fileName));
      const added = wheels.filter((one) => one.project === project && !names.has(one.file.fileName));
      return there === null && added.length === 0 ? null : [...(there ?? []), ...added.map(({ file }) => file)];
    },
    metadata: async (file) => own.get(file) ?? pages.metadata(file),
  };
}
