import { type DistributionFileName, parseDistributionFileName } from '../names/distribution-file-name.ts';
import { parseNamedFile } from '../names/named-file.ts';
import { type ProjectName, parseProjectName } from '../names/project-name.ts';
import { likelySdistProject, sdistFormats } from '../names/sdist-file-name.ts';
import { parseWheelFileName } from '../names/wheel-file-name.ts';
import { type SimplePage, simplePages } from './keys.ts';

/** What a file of the pip index is, by its key alone. */
export type SimplePlace =
  /** A wheel or source distribution of the project. */
  | { readonly kind: 'file'; readonly project: ProjectName; readonly fileName: DistributionFileName }
  /** The metadata of a wheel of that name, which need not be there. */
  | { readonly kind: 'metadata'; readonly project: ProjectName; readonly fileName: DistributionFileName }
  | { readonly kind: 'page'; readonly project: ProjectName; readonly page: SimplePage }
  /** The list of projects. */
  | { readonly kind: 'root page'; readonly page: SimplePage }
  /** Below a name that starts with a dot, as what desktops and copying programs leave does: it is not served. */
  | { readonly kind: 'hidden' }
  /**
   * None of ours, and why: it lies beside the projects, in a folder that is no project's name in its normal form, below a
   * project, is a file of another project, or has no name of ours.
   */
  | { readonly kind: 'stray'; readonly why: StrayReason };

type StrayReason = 'beside' | 'no project' | 'below' | 'project' | 'name';

const stray = (why: StrayReason): SimplePlace => ({ kind: 'stray', why });

/**
 * What a key of the pip index names (`simple/<project>/<file>`). The one table that listing, indexing, verifying and
 * pruning ask, as `channelPlace` is for a channel.
 *
 * @param path a key, or what lies in a folder and can be none
 */
export function simplePlace(path: string): SimplePlace {
  const [folder = '', ...parts] = path.split('/').slice(1);
  const place = parts.length === 0 ? besideProjects(folder) : inFolder(folder, parts);
  return place.kind === 'stray' && isHidden([folder, ...parts]) ? { kind: 'hidden' } : place;
}

const pageNamed = (name: string): SimplePage | undefined => simplePages.find((page) => page === name);

function besideProjects(name: string): SimplePlace {
  const page = pageNamed(name);
  return page === undefined ? stray('beside') : { kind: 'root page', page };
}

function inFolder(folder: string, [name = '', file]: readonly string[]): SimplePlace {
  const project = parseProjectName(folder);
  // Clients ask for the normal form alone (PEP 503): what lies in another spelling is found by none.
  if (project === null || project !== folder) return stray('no project');
  if (file !== undefined) return stray('below');
  const page = pageNamed(name);
  if (page !== undefined) return { kind: 'page', project, page };
  return name.endsWith(metadataEnding) ? metadataPlace(project, name) : filePlace(project, name);
}

/** Of a wheel's metadata, behind the whole name of the wheel. */
export const metadataEnding = '.metadata';

/** Of a wheel alone: beside a source distribution lies none. */
function metadataPlace(project: ProjectName, name: string): SimplePlace {
  const wheel = parseWheelFileName(name.slice(0, -metadataEnding.length));
  if (!wheel.ok) return stray('name');
  const { fileName, project: own } = wheel.wheel;
  return own === project ? { kind: 'metadata', project, fileName } : stray('project');
}

function filePlace(project: ProjectName, name: string): SimplePlace {
  const fileName = parseDistributionFileName(name);
  if (fileName !== null && parseNamedFile(project, fileName) !== null) return { kind: 'file', project, fileName };
  return stray(likelyProject(name) === null ? 'name' : 'project');
}

/** The project that a file is of by its name, in whatever folder it lies; null when it is named as none that pip takes. */
export function likelyProject(name: string): ProjectName | null {
  const wheel = parseWheelFileName(name);
  return wheel.ok ? wheel.wheel.project : likelySdistProject(name);
}

/** A file of a release that is hidden was meant to be found. */
const isHidden = (parts: readonly string[]): boolean =>
  parts.some((part) => part.startsWith('.')) && !looksLikeDistribution(parts.at(-1) ?? '');

/** What the names of wheels and source distributions end with. */
export const distributionEndings = ['.whl', ...sdistFormats];

/** Whether a name ends as a wheel's or a source distribution's does, in whatever case. */
export const looksLikeDistribution = (name: string): boolean =>
  distributionEndings.some((ending) => name.toLowerCase().endsWith(ending));
