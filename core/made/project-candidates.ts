import type { ProjectName } from '../names/project-name.ts';
import { shownUrl } from '../problems/shown-url.ts';
import { firstPage } from '../releases/first-page.ts';
import type { PythonIndexes, ReleaseMetadata } from '../releases/python-indexes.ts';
import { chooseReleaseFiles, type Reason, type ReleaseFile } from '../releases/release-files.ts';
import { makeOnce } from '../upstream/make-once.ts';
import { readRelease } from './made-release.ts';
import type { WantedProject } from './project-places.ts';

/** A release that could be taken, and what it says of itself. */
export interface ReadCandidate {
  readonly release: ReleaseFile;
  /** The index that it is of. */
  readonly index: string;
  readonly read: ReleaseMetadata | Reason;
}

/** Releases of a project in a range, newest first, at least one; or why there is none. Each range is looked at once. */
export type CandidateReader = (
  wanted: Pick<WantedProject, 'project' | 'specifier'>,
) => Promise<readonly ReadCandidate[] | Reason>;

interface CandidatesOf {
  /** URLs of the indexes, in order. */
  readonly urls: readonly string[];
  readonly indexes: PythonIndexes;
  /** Whether an sdist will do where a release has no wheel. */
  readonly unpack: boolean;
}

/** The first index that has a project serves it; what the releases say of themselves is read at once, 20 of them at most. */
export function projectCandidates({ urls, indexes, unpack }: CandidatesOf): CandidateReader {
  const known = new Map<string, Promise<readonly ReadCandidate[] | Reason>>();
  const choose = async ({ project, specifier }: Parameters<CandidateReader>[0]) => {
    const page = await firstPage(urls, project, indexes);
    if (page === null) return missing(project, urls);
    const chosen = chooseReleaseFiles(page.files, { project, specifier, unpack });
    if ('code' in chosen) return chosen;
    const reading = chosen.map(async (release) => {
      const read = await readRelease(release, { project }, indexes);
      return { release, index: page.index, read };
    });
    return Promise.all(reading);
  };
  return (wanted) => makeOnce(known, `${wanted.project} ${wanted.specifier.text}`, () => choose(wanted));
}

function missing(project: ProjectName, urls: readonly string[]): Reason {
  const detail = `there is no project ${project} at ${urls.map(shownUrl).join(' or ')}`;
  return { code: 'pypi.missing', detail, hint: 'mend its name, or name the index that has it in "indexes"' };
}
