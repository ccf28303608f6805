import { Parser } from 'htmlparser2';
import { expect } from 'vitest';
import { z } from 'zod';
import { parseJson } from '../../../core/json/json.ts';
import { distributionFileNameSchema } from '../../../core/names/distribution-file-name.ts';
import { parseNamedFile } from '../../../core/names/named-file.ts';
import { comparePep440 } from '../../../core/names/pep440/compare-pep440.ts';
import { type Pep440Version, parsePep440Version } from '../../../core/names/pep440/pep440-version.ts';
import { parseSpecifier } from '../../../core/names/pep440/specifier.ts';
import { projectNameSchema } from '../../../core/names/project-name.ts';

const sha256 = z.string().regex(/^[0-9a-f]{64}$/);
const oneHash = z.strictObject({ sha256 });
const meta = z.strictObject({ 'api-version': z.literal('1.4') });

/**
 * A project's page as PEP 691, 700 and 714 have it in version 1.4, with what clients want on top: exactly one hash, a time in
 * UTC, a reason that is not empty, and no key that is not in the specification.
 */
const projectPage = z.strictObject({
  meta,
  name: z.string().regex(/^[a-z0-9]+(?:-[a-z0-9]+)*$/),
  versions: z.array(z.string()),
  files: z.array(
    z.strictObject({
      filename: z.string(),
      url: z.string().regex(/^[\w.%!-]+$/),
      hashes: oneHash,
      size: z.int().nonnegative(),
      'upload-time': z.string().regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,6})?Z$/),
      'core-metadata': oneHash.optional(),
      'requires-python': z.string().min(1).optional(),
      yanked: z.union([z.literal(true), z.string().min(1)]).optional(),
    }),
  ),
});
const rootPage = z.strictObject({ meta, projects: z.array(z.strictObject({ name: z.string() })) });

/** A file as a client sees it, in either form. */
export interface SeenFile {
  readonly fileName: string;
  readonly sha256: string;
  /** Its sha256; empty of a source distribution. */
  readonly metadata: string;
  readonly requiresPython: string | undefined;
  readonly yanked: string | true | undefined;
}

/** The files of a page in JSON, once all that holds of such a page was seen to hold. */
export function seenInJson(text: string, project: string): (SeenFile & { size: number; uploadTime: string })[] {
  expect(text).not.toContain('dist-info-metadata');
  const { name, files, versions } = parseJson(text, projectPage, 'the page');
  expect(name).toBe(project);
  const released = files.map(({ filename }) => versionOf(filename, project));
  expectVersions(versions, released);
  expect(new Set(files.map(({ filename }) => filename)).size).toBe(files.length);
  return files.map((file) => {
    expect(decodeURIComponent(file.url)).toBe(file.filename);
    expect(file['core-metadata'] !== undefined).toBe(file.filename.endsWith('.whl'));
    const requiresPython = file['requires-python'];
    if (requiresPython !== undefined) expect(parseSpecifier(requiresPython)).not.toBeNull();
    return {
      fileName: file.filename,
      sha256: file.hashes.sha256,
      metadata: file['core-metadata']?.sha256 ?? '',
      requiresPython,
      yanked: file.yanked,
      size: file.size,
      uploadTime: file['upload-time'],
    };
  });
}

function versionOf(fileName: string, project: string): Pep440Version {
  const file = parseNamedFile(projectNameSchema.parse(project), distributionFileNameSchema.parse(fileName));
  if (file === null) throw new Error(`${fileName} is no file of ${project}`);
  return file.version;
}

/** PEP 700: of each file's version one, canonical, none twice; and in order. */
function expectVersions(versions: readonly string[], released: readonly Pep440Version[]): void {
  const parsed = versions.map((text) => {
    const version = parsePep440Version(text);
    if (version?.text !== text) throw new Error(`${text} is not canonical`);
    return version;
  });
  for (const [i, version] of parsed.entries()) {
    const before = parsed[i - 1];
    if (before !== undefined) expect(comparePep440(before, version)).toBeLessThan(0);
    expect(released.some((each) => comparePep440(each, version) === 0)).toBe(true);
  }
  for (const each of released) expect(parsed.some((version) => comparePep440(each, version) === 0)).toBe(true);
}

export const projectsInJson = (text: string): string[] =>
  parseJson(text, rootPage, 'the list of projects').projects.map(({ name }) => name);

interface SeenAnchor {
  readonly text: string;
  readonly attributes: Readonly<Record<string, string>>;
}

/** The links of a page in HTML as a parser has them, and as the regular expression of hatch has them: the same. */
export function anchorsOf(html: string): SeenAnchor[] {
  const anchors: { text: string; attributes: Record<string, string> }[] = [];
  let version: string | undefined;
  let open = false;
  const parser = new Parser({
    onopentag(name, attributes) {
      open = name === 'a';
      if (open) anchors.push({ text: '', attributes });
      if (name === 'meta' && attributes['name'] === 'pypi:repository-version') version = attributes['content'];
    },
    ontext(text) {
      const last = anchors.at(-1);
      if (open && last) last.text += text;
    },
    onclosetag(name) {
      if (name === 'a') open = false;
    },
  });
  parser.end(html);
  expect(version).toBe('1.4');
  const lines = html.split('\n').filter((line) => line.includes('<a '));
  expect(lines).toHaveLength(anchors.length);
  const matched = [...html.matchAll(/<a [^>]+>([^<]+)<\/a>/g)].map(([, text]) => text);
  expect(matched).toEqual(anchors.map(({ text }) => text));
  return anchors;
}

/** The files of a page in HTML. */
export const seenInHtml = (html: string): SeenFile[] =>
  anchorsOf(html).map(({ text, attributes }) => {
    const { href = '', 'data-yanked': yanked } = attributes;
    const [, url = '', hash = ''] = /^([\w.%!-]+)#sha256=([0-9a-f]{64})$/.exec(href) ?? [];
    expect(decodeURIComponent(url)).toBe(text);
    const metadata = attributes['data-core-metadata'];
    expect(metadata).toEqual(text.endsWith('.whl') ? expect.stringMatching(/^sha256=[0-9a-f]{64}$/) : undefined);
    expect(attributes['data-dist-info-metadata']).toBeUndefined();
    return {
      fileName: text,
      sha256: hash,
      metadata: metadata?.replace('sha256=', '') ?? '',
      requiresPython: attributes['data-requires-python'],
      yanked: yanked === '' ? true : yanked,
    };
  });
