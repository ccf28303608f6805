import { describe, expect, it } from 'vitest';
import { sha256Schema } from '../../../core/names/digest.ts';
import { projectHtml, projectJson } from '../../../core/simple/project-pages.ts';
import type { ListedFile } from '../../../core/simple/project-state.ts';
import { wheelName } from '../../support/python/build-wheel.ts';
import { project } from '../../support/simple/simple-scene.ts';

const demo = project('demo');

function listed(
  fileName: string,
  decided: ListedFile['decided'] = {},
  requiresPython: string | null = null,
): ListedFile {
  const digest = (digit: string) => sha256Schema.parse(digit.repeat(64));
  const entered = { sha256: digest('a'), metadataSha256: digest('b'), size: 7, requiresPython };
  return {
    fileName: wheelName(fileName).fileName,
    etag: 'x',
    metadataEtag: 'y',
    entered: { ...entered, uploadTime: '2015-08-10T12:00:00Z' },
    decided,
  };
}

describe('the pages of a project', () => {
  it('are these', () => {
    const files = [
      listed('demo-1.10+cu118-py3-none-any.whl', { yanked: 'a "bad" <one> & worse' }, '>=3.8,<4'),
      listed('demo-1.9-py3-none-any.whl', { requiresPython: '<3.9' }, '>=2.7'),
    ];
    expect(JSON.parse(projectJson(demo, files))).toEqual({
      meta: { 'api-version': '1.4' },
      name: 'demo',
      versions: ['1.9', '1.10+cu118'],
      files: [
        {
          filename: 'demo-1.9-py3-none-any.whl',
          url: 'demo-1.9-py3-none-any.whl',
          hashes: { sha256: 'a'.repeat(64) },
          size: 7,
          'upload-time': '2015-08-10T12:00:00Z',
          'core-metadata': { sha256: 'b'.repeat(64) },
          'requires-python': '<3.9',
        },
        {
          filename: 'demo-1.10+cu118-py3-none-any.whl',
          url: 'demo-1.10%2Bcu118-py3-none-any.whl',
          hashes: { sha256: 'a'.repeat(64) },
          size: 7,
          'upload-time': '2015-08-10T12:00:00Z',
          'core-metadata': { sha256: 'b'.repeat(64) },
          'requires-python': '>=3.8,<4',
          yanked: 'a "bad" <one> & worse',
        },
      ],
    });
    expect(projectHtml(demo, files)).toBe(`<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="pypi:repository-version" content="1.4">
<title>Links for demo</title>
</head>
<body>
<h1>Links for demo</h1>
<a href="demo-1.9-py3-none-any.whl#sha256=${'a'.repeat(64)}" data-requires-python="&lt;3.9" data-core-metadata="sha256=${'b'.repeat(64)}">demo-1.9-py3-none-any.whl</a><br>
<a href="demo-1.10%2Bcu118-py3-none-any.whl#sha256=${'a'.repeat(64)}" data-requires-python="&gt;=3.8,&lt;4" data-core-metadata="sha256=${'b'.repeat(64)}" data-yanked="a &quot;bad&quot; &lt;one&gt; &amp; worse">demo-1.10+cu118-py3-none-any.whl</a><br>
</body>
</html>
`);
  });

  it('say the same of the same files, in whatever order they come', () => {
    const names = ['demo-2.0-py3-none-any.whl', 'demo-10.0-py3-none-any.whl', 'demo-2.0-py2-none-any.whl'];
    const files = names.map((name) => listed(name));
    expect(projectJson(demo, files.toReversed())).toBe(projectJson(demo, files));
    expect(projectHtml(demo, files.toReversed())).toBe(projectHtml(demo, files));
    expect(projectHtml(demo, files).match(/>demo-[^<]+/g)).toEqual([
      '>demo-2.0-py2-none-any.whl',
      '>demo-2.0-py3-none-any.whl',
      '>demo-10.0-py3-none-any.whl',
    ]);
  });

  it.each([
    ['no specifier', 'three', undefined],
    ['nothing', ' ', undefined],
    ['a clause cut short', '>=3.8,<', undefined],
    ['lines', '>=3.8,\n <4', '>=3.8, <4'],
  ])('leave out a bound on python that pip could not read: %s', (_, requiresPython, shown) => {
    const files = [listed('demo-1.0-py3-none-any.whl', { requiresPython })];
    expect(JSON.parse(projectJson(demo, files)).files[0]['requires-python']).toBe(shown);
    expect(/data-requires-python/.test(projectHtml(demo, files))).toBe(shown !== undefined);
  });

  it.each([
    ['', true, ' data-yanked=""'],
    [' \n\t', true, ' data-yanked=""'],
    [true as const, true, ' data-yanked=""'],
    ['\u001b[31mred\n>', '[31mred >', ' data-yanked="[31mred &gt;"'],
  ])('have a yank whatever its reason %j', (yanked, json, html) => {
    const files = [listed('demo-1.0-py3-none-any.whl', { yanked })];
    expect(JSON.parse(projectJson(demo, files)).files[0].yanked).toBe(json);
    expect(projectHtml(demo, files)).toContain(html);
  });
});
