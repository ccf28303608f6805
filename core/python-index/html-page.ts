import { Parser } from 'htmlparser2';
import { checkStatus, checkVersion, filesOf, type PageAddress, type PageLink, pageSha256, wrongPage } from './page.ts';
import type { ProjectFile } from './project-file.ts';

/**
 * Reads a project's page in HTML (PEP 503, 592, 629, 658, 792): its links, resolved as a browser does. A file's name is the
 * last part of its URL, as pip has it.
 *
 * @throws GatehouseError `upstream.body` as {@link filesOf}
 */
export function readHtmlPage(text: string, page: PageAddress): ProjectFile[] {
  const { anchors, base, version, status } = scan(text);
  checkVersion(version, page);
  const resolved = URL.parse(base ?? '', page.url);
  if (resolved === null) throw wrongPage(page, 'has a <base> that is no URL');
  const found = anchors.flatMap((anchor) => linkOf(anchor, resolved.href) ?? []);
  checkStatus(status, found, page);
  const links = status === undefined ? found : found.map((link) => ({ ...link, projectStatus: status }));
  return filesOf(links, resolved.href, page);
}

type Attributes = Readonly<Record<string, string>>;

interface Scan {
  readonly anchors: readonly Attributes[];
  readonly base: string | undefined;
  readonly version: string | undefined;
  readonly status: string | undefined;
}

/** Names of tags and attributes come in lowercase, entities decoded; what is in scripts, styles and comments does not come. */
function scan(text: string): Scan {
  const anchors: Attributes[] = [];
  const words = new Map<string, string | undefined>();
  const say = (word: string, text: string | undefined) => words.has(word) || words.set(word, text);
  const parser = new Parser({
    onopentag(name, attributes) {
      if (name === 'a' && attributes['href'] !== undefined) anchors.push(attributes);
      if (name === 'base') say('base', attributes['href']);
      if (name === 'meta') say(attributes['name'] ?? '', attributes['content']);
    },
  });
  parser.end(text);
  const [version, status] = [words.get('pypi:repository-version'), words.get('pypi:project-status')];
  return { anchors, base: words.get('base'), version, status };
}

/** Null for a link that has no file's name. */
function linkOf(attributes: Attributes, base: string): PageLink | null {
  const { href = '', 'data-requires-python': requiresPython = '', 'data-yanked': yanked } = attributes;
  const url = URL.parse(href, base);
  const name = url && lastPart(url.pathname);
  if (!name) return null;
  const metadata = attributes['data-core-metadata'] ?? attributes['data-dist-info-metadata'];
  return {
    name,
    href,
    sha256: hashIn(url.hash.slice(1)),
    size: null,
    requiresPython: requiresPython || null,
    yanked: yanked === undefined ? false : yanked || true,
    uploadTime: null,
    metadata: metadata === undefined || metadata === 'false' ? false : (hashIn(metadata) ?? true),
  };
}

function lastPart(path: string): string | null {
  try {
    return decodeURIComponent(path.slice(path.lastIndexOf('/') + 1));
  } catch {
    return null;
  }
}

/** `sha256=` and its digits, alone or among other parameters. */
const hashIn = (text: string) => pageSha256(/(?:^|&)sha256=([^&]*)/.exec(text)?.[1]);
