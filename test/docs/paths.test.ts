import { globSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';

const root = resolve(import.meta.dirname, '../..');
const folders = ['bin', 'core', 'adapters', 'local', 'lambdas', 'lib', 'test', 'bench', 'docs', 'rules', '.ci'];
const product = `{bin,core,adapters,local,lambdas,lib}/**/*.{ts,mjs,cjs}`;
const pages = ['*.md', '{docs,bench,test}/**/*.md'];

const glob = (pattern: string | string[]): string[] => globSync(pattern, { cwd: root });
const read = (path: string): string => readFileSync(join(root, path), 'utf8');
const fileNames = new Set(glob(`{${folders.join(',')}}/**/*.*`).map((path) => path.slice(path.lastIndexOf('/') + 1)));

/** Below one of the repository's folders; or anything that ends as our sources and pages do, with a folder or without. */
const below = `(?:\\.\\.?/)*(?:${folders.map((name) => name.replace('.', '\\.')).join('|')})/[\\w./{},*-]+`;
const named = '(?:\\.\\.?/)*[\\w.{},*-]+(?:/[\\w.{},*-]+)*\\.(?:ts|mjs|cjs|md|grit|svg)';
const path = new RegExp(`(?<![\\w./<>@:*-])(?:${below}|${named})(?![\\w/])`, 'g');

const pathsIn = (text: string): string[] =>
  [...text.matchAll(path)].map(([match]) => match.replace(/[.,]+$/, '')).filter((match) => !match.startsWith('*'));

/** A path as the root has it, as its own page or module does, or the bare name of some file. */
function isThere(mentioned: string, from: string): boolean {
  if (!mentioned.includes('/')) return fileNames.has(mentioned) || glob(mentioned).length > 0;
  const beside = relative(root, join(root, dirname(from), mentioned));
  return [mentioned, beside].some((pattern) => glob(pattern).length > 0);
}

const commentsOf = (source: string): string =>
  [...source.matchAll(/\/\*[\s\S]*?\*\/|(?<![:'"`\w])\/\/ .*$/gm)].map(([comment]) => comment).join('\n');

const missing = (text: string, from: string): string[] =>
  pathsIn(text).flatMap((mentioned) => (isThere(mentioned, from) ? [] : [`${from}: ${mentioned}`]));

/** As GitHub makes it of a heading. */
const anchorOf = (heading: string): string =>
  heading
    .replaceAll('`', '')
    .toLowerCase()
    .replace(/[^\w\- ]/g, '')
    .replaceAll(' ', '-');

const anchorsIn = (text: string): string[] =>
  [...text.replace(/^```[\s\S]*?^```$/gm, '').matchAll(/^#+ (.*)$/gm)].map(([, heading = '']) => anchorOf(heading));

/** Links to a heading that its page does not have. */
const headless = (page: string): string[] =>
  [...read(page).matchAll(/\]\((?!\w+:)([^)#\s]*)#([^)\s]+)\)/g)].flatMap(([link, path = '', anchor = '']) => {
    const to = path === '' ? page : join(dirname(page), path);
    return anchorsIn(read(to)).includes(anchor) ? [] : [link];
  });

describe('a path that is named', () => {
  it.each(glob(pages).filter((page) => page !== 'CHANGELOG.md'))('in %s exists', (page) => {
    expect(missing(read(page), page)).toEqual([]);
  });

  it.each(glob(pages))('in %s with a heading has that heading', (page) => {
    expect(headless(page)).toEqual([]);
  });

  it('in a comment of the product exists', () => {
    const sources = glob(product);
    expect(sources.length).toBeGreaterThan(200);
    expect(sources.flatMap((source) => missing(commentsOf(read(source)), source))).toEqual([]);
    expect(sources.flatMap((source) => pathsIn(commentsOf(read(source)))).length).toBeGreaterThan(30);
  });

  it('is missed when it is not there, and found in whatever way it is named', () => {
    const wrong = ['core/index/gone.ts', 'docs/gone.md', '../docs/gone.md', 'core/gone/', 'gone.ts', 'test/gone/*.ts'];
    const comment = commentsOf(`/**\n * ${wrong.join(' and ')}.\n */\n`);
    expect(missing(comment, 'lib/delivery.ts')).toEqual(wrong.map((one) => `lib/delivery.ts: ${one}`));
    const right =
      'core/layout/keys.ts, docs/codes.md, ../docs/codes.md (`test/aws/*.aws.ts`), core/{index,diff}/ keys.ts.';
    expect(pathsIn(right)).toHaveLength(6);
    expect(missing(right, 'lib/delivery.ts')).toEqual([]);
    expect(missing('https://example.org/core/gone.ts, conda/core/gone.py, `_gatehouse/proof/`', 'README.md')).toEqual(
      [],
    );
  });
});
