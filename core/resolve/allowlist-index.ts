import { isOwnProject } from '../documents/allowlist/own-projects.ts';
import type { Allowlist } from '../documents/allowlist/parse-allowlist.ts';
import { thisStore } from '../documents/published/this-store.ts';
import type { SimpleFile } from '../documents/simple/simple-plan.ts';
import { parseSpecifier } from '../names/pep440/specifier.ts';
import type { ProjectName } from '../names/project-name.ts';
import { admitsPython } from '../names/requirement/any-patch.ts';
import { parseWheelFileName } from '../names/wheel-file-name.ts';
import type { ProjectFile } from '../python-index/project-file.ts';
import { firstPage } from '../releases/first-page.ts';
import type { MadeRequest } from '../releases/made-record.ts';
import type { PythonIndexes } from '../releases/python-indexes.ts';
import { chooseReleaseFiles, type ReleaseFile } from '../releases/release-files.ts';
import { wheelStemOf } from '../sdist/read-sdist.ts';
import { unpackedFileName } from '../sdist/unpack-sdist.ts';
import { asksOf, type CoreMetadata } from '../wheel/core-metadata.ts';
import type { PipRelease } from './candidates.ts';
import { type Bound, both, boundOf, boundsOn } from './entry-bounds.ts';
import type { PipIndex } from './pip-index.ts';

/** The indexes of an allowlist as pip will find what comes of them on our own pages. */
export interface AllowlistIndex extends PipIndex {
  /** The wheels of a release that was taken, as a plan has them. */
  simpleFiles(release: PipRelease, entry: string): Promise<SimpleFile[]>;
}

/** Where a file comes from, and what the page will say. */
interface Source {
  readonly index: string;
  readonly sdist: SdistRelease | null;
  /** The bound on python of the entries that it is for. */
  readonly bound: string;
}

type SdistRelease = ReleaseFile & { readonly from: 'sdist' };

/**
 * Of each project the files of the first index that has it, with the bounds on python that the allowlist's entries for it
 * have; of the request's own also the wheels that are read from its source distributions, where its entry wants that. Of
 * the organisation's own projects it is what our pages list, and no index is asked.
 */
export function allowlistIndex(
  allowlist: Pick<Allowlist, 'entries' | 'indexes' | 'reserved'>,
  made: MadeRequest,
  { open, own }: Sources,
): AllowlistIndex {
  const pages = new Map<ProjectName, Promise<readonly ProjectFile[] | null>>();
  const sources = new Map<ProjectFile, Source>();
  const read = async (project: ProjectName): Promise<readonly ProjectFile[] | null> => {
    const isOwn = isOwnProject(project, allowlist);
    const page = isOwn ? await ownPage(project, made, own) : await firstPage(allowlist.indexes, project, open);
    if (page === null) return null;
    const bounds = boundsOn(project, allowlist.entries);
    const unpacked = project === made.project && !isOwn ? sdistWheels(page.files, made, bounds) : [];
    return [...page.files.map((file) => ({ file, sdist: null })), ...unpacked].flatMap(({ file, sdist }) => {
      const name = parseWheelFileName(file.fileName);
      const bound = name.ok ? boundOf(name.wheel.version, bounds) : '';
      if (bound === null) return [];
      const bounded = { ...file, requiresPython: both(file.requiresPython, bound) };
      sources.set(bounded, { index: page.index, sdist, bound });
      return [bounded];
    });
  };
  const metadata: PipIndex['metadata'] = async (file) => {
    const { sdist = null, index } = sources.get(file) ?? {};
    if (index === thisStore) return own.metadata(file);
    if (sdist === null) return (await open.wheel(file)).metadata;
    return (await open.sdist(sdist.file, { ...sdist.name, project: made.project })).metadata;
  };
  return {
    async files(project) {
      const known = pages.get(project) ?? read(project);
      pages.set(project, known);
      return known;
    },
    metadata,
    async simpleFiles(release, entry) {
      const read = await metadata(release.files[0]);
      return release.files.flatMap((file) => simpleFile(file, sources.get(file), { release, read, entry }));
    },
  };
}

interface Sources {
  readonly open: PythonIndexes;
  /** The organisation's own pages. */
  readonly own: PipIndex;
}

/** What our own page lists of a project; of the request's own, only the wheel that its entry names, where it names one. */
async function ownPage(project: ProjectName, { project: asked, wheel = null }: MadeRequest, own: PipIndex) {
  const files = await own.files(project);
  const isMeant = ({ sha256 }: ProjectFile) => project !== asked || wheel === null || sha256 === wheel;
  return files && { index: thisStore, files: files.filter(isMeant) };
}

interface Taken {
  readonly release: PipRelease;
  /** The metadata of its first file. */
  readonly read: CoreMetadata;
  readonly entry: string;
}

function simpleFile(file: ProjectFile, source: Source | undefined, taken: Taken): SimpleFile[] {
  const { fileName, url, size, sha256, uploadTime, yanked, attestations, releasedAt, projectStatus } = file;
  if (source === undefined || sha256 === null) return [];
  const { project, version } = taken.release;
  const bound = source.bound === '' ? null : both(taken.read.requiresPython, source.bound);
  const isOwn = source.index === thisStore;
  const optional = {
    ...(source.sdist && { sdist: source.sdist.file.fileName }),
    // An sdist was read as a whole, by its sha256; and what is there already is not fetched.
    ...(source.sdist === null && !isOwn && file === taken.release.files[0] && { asks: asksOf(taken.read) }),
    // Our own yanks are control's: one that was copied here would outlast its undoing.
    ...(yanked !== false && !isOwn && { yanked }),
    ...(bound !== null && { requiresPython: bound }),
    ...(attestations !== undefined && { attestations }),
    ...(releasedAt !== undefined && { releasedAt }),
    ...(projectStatus !== undefined && { projectStatus }),
  };
  const own = { project, fileName, release: version.text, index: source.index, url, size, sha256, uploadTime };
  return [{ ...own, ...optional, why: [taken.entry] }];
}

/** Of releases without a wheel for every platform, the wheels that are read from their source distributions. */
function sdistWheels(files: readonly ProjectFile[], made: MadeRequest, bounds: readonly Bound[]) {
  const chosen = made.unpack ? chooseReleaseFiles(files, made) : [];
  return ('code' in chosen ? [] : chosen).flatMap((one) => {
    const pythons = pythonTags(boundOf(one.version, bounds) ?? '');
    const name = parseWheelFileName(unpackedFileName(wheelStemOf(made.project, one.version), pythons));
    if (one.from !== 'sdist' || !name.ok) return [];
    return [{ file: { ...one.file, fileName: name.wheel.fileName, metadata: false }, sdist: one }];
  });
}

/** pip 21.3, of 2021, is the last that runs on 3.6; for what is older, `py3` and the page's bound do. */
const lowestMinor = 6;
/** Above all that there will be for long. */
const highestMinor = 99;

/**
 * The Python tags of a wheel of ours, of which an entry bounds the python. uv and poetry pass over an upper bound of a page's
 * `requires-python`, and no tag, so where there is one each python has its own; else the wheel is for any Python 3.
 * https://docs.astral.sh/uv/pip/compatibility/#requires-python-upper-bounds
 */
function pythonTags(bound: string): readonly string[] {
  const specifier = parseSpecifier(bound);
  if (specifier === null || admitsPython(specifier, `3.${highestMinor}`)) return ['py3'];
  const minors = Array.from({ length: highestMinor - lowestMinor }, (_, index) => lowestMinor + index);
  const own = minors.filter((minor) => admitsPython(specifier, `3.${minor}`)).map((minor) => `cp3${minor}`);
  return own.length === 0 ? ['py3'] : own;
}
