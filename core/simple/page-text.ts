import { canonicalJson } from '../json/json.ts';

/** Of the simple repository API (PEP 629, 700, 792). 1.4 is the last that the HTML form has (PEP 833). */
const apiVersion = '1.4';

/** A page in JSON (PEP 691). */
export const jsonPage = (content: object): string =>
  `${canonicalJson({ meta: { 'api-version': apiVersion }, ...content })}\n`;

/** One link of a page in HTML: its text, and its attributes as they are before they are escaped. */
export interface PageAnchor {
  readonly text: string;
  readonly attributes: Readonly<Record<string, string>>;
}

/** A `<meta>` beside that of the API's version. */
interface PageMeta {
  readonly name: string;
  readonly content: string;
}

/** A page in HTML (PEP 503), one link a line and no others: clients take each for a file, or a project. */
export const htmlPage = (title: string, anchors: readonly PageAnchor[], metas: readonly PageMeta[] = []): string =>
  [
    '<!DOCTYPE html>',
    '<html lang="en">',
    '<head>',
    '<meta charset="utf-8">',
    `<meta name="pypi:repository-version" content="${apiVersion}">`,
    ...metas.map(({ name, content }) => `<meta name="${name}" content="${escaped(content)}">`),
    `<title>${escaped(title)}</title>`,
    '</head>',
    '<body>',
    `<h1>${escaped(title)}</h1>`,
    ...anchors.map(anchorLine),
    '</body>',
    '</html>',
    '',
  ].join('\n');

function anchorLine({ text, attributes }: PageAnchor): string {
  const written = Object.entries(attributes).map(([name, value]) => `${name}="${escaped(value)}"`);
  return `<a ${written.join(' ')}>${escaped(text)}</a><br>`;
}

/**
 * Once, and `>` too: some clients look for links with a regular expression, to which a `>` ends the tag.
 * https://github.com/pypa/hatch/blob/master/src/hatch/index/core.py
 */
const escaped = (text: string): string => text.replace(/[&<>"']/g, (character) => entities.get(character) ?? '');

const entities: ReadonlyMap<string, string> = new Map([
  ['&', '&amp;'],
  ['<', '&lt;'],
  ['>', '&gt;'],
  ['"', '&quot;'],
  ["'", '&#39;'],
]);

/** What stands in the place of a file's own name in a URL: a `+` there would be read as a space. */
export const relativeUrl = (name: string): string => encodeURIComponent(name);
