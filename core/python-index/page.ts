import { type Sha256, sha256Schema } from '../names/digest.ts';
import { type DistributionFileName, parseDistributionFileName } from '../names/distribution-file-name.ts';
import { type ProjectName, parseProjectName } from '../names/project-name.ts';
import { parseSdistFileName } from '../names/sdist-file-name.ts';
import { parseWheelFileName } from '../names/wheel-file-name.ts';
import { GatehouseError } from '../problems/error.ts';
import { shownUrl } from '../problems/shown-url.ts';
import { misplacement } from '../upstream/upstream-subdir.ts';
import type { ProjectFile } from './project-file.ts';

/** Where a page is, and whose it is. */
export interface PageAddress {
  /** As the index that the allowlist names was asked for it: credentials go by that (core/ports/fetch.ts). */
  readonly asked: string;
  /** Where it came from, after redirects: its links are relative to that, and it may lead where that may. */
  readonly url: string;
  readonly project: ProjectName;
}

/** A link of a page, as it is written there, the rest of its facts read. */
export interface PageLink extends Omit<ProjectFile, 'fileName' | 'url' | 'page'> {
  readonly name: string;
  /** Absolute, or relative to `base`. */
  readonly href: string;
}

/** Formats that indexes once took, and which no installer of today does. */
const otherFormats = /\.(?:egg|exe|msi|dmg|rpm|deb|tgz|tar\.(?:xz|z|lz))$/i;

/**
 * The files of a page that an installer could take: wheels and source distributions of this project. What else indexes
 * have or had (eggs, installers, signatures, files of other names) is passed over.
 *
 * @param base what relative links are resolved against
 * @throws GatehouseError `upstream.body` for a page without any file, which is no reason to think that all were removed;
 *   for two files of one name; for a link that leads where it must not, or carries a secret
 */
export function filesOf(links: Iterable<PageLink>, base: string, page: PageAddress): ProjectFile[] {
  const files = new Map<string, ProjectFile>();
  let isFiles = false;
  for (const { name, href, ...facts } of links) {
    const fileName = fileNameOf(name, page.project);
    isFiles ||= fileName !== null || otherFormats.test(name);
    if (fileName === null) continue;
    const file = { fileName, url: fileUrl(href, base, page), page: page.asked, ...facts };
    const other = files.get(fileName);
    if (other !== undefined && (other.sha256 !== file.sha256 || file.sha256 === null)) {
      throw wrongPage(page, `lists ${fileName} twice`);
    }
    files.set(fileName, other ?? file);
  }
  if (!isFiles) throw wrongPage(page, 'lists no files', 'its index may be out of order: nothing is taken for removed');
  return [...files.values()];
}

/** The error for a page that is not what it must be. */
export const wrongPage = ({ url }: PageAddress, what: string, hint?: string): GatehouseError =>
  new GatehouseError('upstream.body', `${shownUrl(url)} ${what}`, hint === undefined ? {} : { hint });

/** Holds a page to the versions of the interface that are known here (PEP 629); one that says none is of the first. */
export function checkVersion(version: string | undefined, page: PageAddress): void {
  if (version === undefined || /^1\.\d+$/.test(version)) return;
  throw wrongPage(page, `is of version ${version} of the interface, which is not known here`);
}

/**
 * A page of a project in quarantine lists nothing (PEP 792), and says so before it is taken for one that lost its files. Of one that
 * lists files all the same the gate takes nothing.
 */
export function checkStatus(status: string | undefined, links: readonly unknown[], page: PageAddress): void {
  if (status !== 'quarantined' || links.length > 0) return;
  throw new GatehouseError('upstream.quarantined', `${shownUrl(page.url)} says that its project is quarantined`);
}

/** A digest as a page gives it, in digits of either case; null when it is none. */
export function pageSha256(text: string | null | undefined): Sha256 | null {
  const parsed = sha256Schema.safeParse(text?.toLowerCase());
  return parsed.success ? parsed.data : null;
}

function fileNameOf(name: string, project: ProjectName): DistributionFileName | null {
  const wheel = parseWheelFileName(name);
  if (wheel.ok) return wheel.wheel.project === project ? wheel.wheel.fileName : null;
  // A wheel that cannot be read is a file of the project all the same, and says so where it is chosen.
  if (name.endsWith('.whl'))
    return parseProjectName(name.split('-')[0] ?? '') === project ? parseDistributionFileName(name) : null;
  return parseSdistFileName(name, project)?.fileName ?? null;
}

/** Resolves a link as a browser does, and drops its fragment. */
function fileUrl(href: string, base: string, page: PageAddress): string {
  const url = URL.parse(href, base);
  if (url === null) throw wrongPage(page, `has the link ${shownUrl(href)}, which is no URL`);
  url.hash = '';
  const from = new URL(page.url);
  const reason = misplacement(url, from, new URL('../..', from)) ?? secretIn(url);
  if (reason !== null) throw wrongPage(page, `has the link ${shownUrl(url.href)}, which ${reason}`);
  return url.href;
}

/** The URL comes to lie in plans and provenance. */
function secretIn(url: URL): string | null {
  const hasSecret = url.username !== '' || url.password !== '' || url.search !== '';
  return hasSecret ? 'carries credentials or a query' : null;
}
