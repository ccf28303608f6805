import { describe, expect, it } from 'vitest';
import { memoryCache } from '../../../adapters/cache-memory.ts';
import { openProject } from '../../../core/python-index/open-project.ts';
import {
  anchor,
  htmlPage,
  index,
  indexOf,
  jsonPage,
  openDemo,
  type Page,
  page,
  plain,
  project,
  sha256,
  wheel,
} from '../../support/python/index-pages.ts';
import { upstreamWorld } from '../../support/upstream/upstream-world.ts';

const file = {
  fileName: 'demo-1.0-py3-none-any.whl',
  url: 'https://index.example/files/demo-1.0-py3-none-any.whl',
  page: 'https://index.example/simple/demo/',
  sha256,
  size: null,
  requiresPython: null,
  yanked: false,
  uploadTime: null,
  metadata: false,
};

describe('a page', () => {
  it('is asked for by JSON first, under the normal name', async () => {
    const upstream = indexOf(jsonPage([wheel]));
    await openProject(`${index}//`, project, upstreamWorld(upstream.fetch));
    expect(upstream.requests).toEqual([
      {
        url: 'https://index.example/simple/demo/',
        accept: 'application/vnd.pypi.simple.v1+json, application/vnd.pypi.simple.v1+html;q=0.2, text/html;q=0.1',
      },
    ]);
  });

  it.each<[string, Page, object]>([
    ['JSON', jsonPage([wheel]), {}],
    ['JSON with a charset', page('Application/vnd.PyPI.simple.v1+json; charset=utf-8', jsonPage([wheel]).body), {}],
    ['HTML of the vendor type', page('application/vnd.pypi.simple.v1+html', htmlPage(plain).body), {}],
    ['plain HTML', htmlPage(plain), {}],
    [
      'all that JSON says',
      jsonPage([
        {
          ...wheel,
          size: 7,
          'requires-python': '>=3.8',
          yanked: 'bad',
          'upload-time': '2020-01-02T03:04:05.678901Z',
          'core-metadata': { sha256 },
        },
      ]),
      {
        ...{ size: 7, requiresPython: '>=3.8', yanked: 'bad', uploadTime: '2020-01-02T03:04:05.678901Z' },
        ...{ metadata: sha256, releasedAt: Date.parse('2020-01-02T03:04:05.678Z') },
      },
    ],
    [
      'nothing where JSON says nothing',
      jsonPage([
        {
          ...wheel,
          hashes: { md5: '0' },
          size: null,
          'requires-python': '',
          yanked: '',
          'upload-time': 'yesterday',
          'dist-info-metadata': true,
          'data-dist-info-metadata': { sha256 },
          'core-metadata': false,
        },
      ]),
      { sha256: null },
    ],
    [
      'all that HTML says',
      htmlPage(
        anchor(
          `HREF='/files/demo-1.0-py3-none-any.whl#sha256=${sha256.toUpperCase()}' data-requires-python="&gt;=3.8,&lt;4" ` +
            `data-yanked="a &amp; b" data-core-metadata="sha256=${sha256}"`,
        ),
      ),
      { requiresPython: '>=3.8,<4', yanked: 'a & b', metadata: sha256 },
    ],
    [
      'the older name of metadata, and a yank without a reason',
      htmlPage(
        anchor(`href="/files/demo-1.0-py3-none-any.whl#sha256=${sha256}" data-yanked data-dist-info-metadata=true`),
      ),
      { yanked: true, metadata: true },
    ],
    ['an md5 alone', htmlPage(anchor(`href="/files/demo-1.0-py3-none-any.whl#md5=0"`)), { sha256: null }],
    [
      'no scripts, styles and comments',
      htmlPage(
        '<script>"<a href=/demo-2.0-py3-none-any.whl>"</script><!-- <a href=/demo-3.0-py3-none-any.whl> -->',
        plain,
      ),
      {},
    ],
  ])('is read: %s', async (_, answer, changes) => {
    expect(await openDemo(answer)).toEqual([{ ...file, ...changes }]);
  });

  it.each([
    ['1980-01-01T00:00:00Z', true],
    ['2099-12-31T23:59:59.9Z', true],
    ['1979-12-31T23:59:59Z', false],
    ['2100-01-01T00:00:00Z', false],
    ['2020-13-01T00:00:00Z', false],
    ['2020-01-01T00:00:00', false],
    ['2020-01-01', false],
  ])('has the time %s: %s', async (time, isTime) => {
    const found = await openDemo(jsonPage([{ ...wheel, 'upload-time': time }]));
    expect(found?.[0]?.uploadTime).toBe(isTime ? time : null);
  });

  it.each<[string, string, string]>([
    [
      'a base of its own',
      `<base href="https://files.example/x/">${anchor(`href="y/demo-1.0-py3-none-any.whl"`)}`,
      'https://files.example/x/y/demo-1.0-py3-none-any.whl',
    ],
    [
      'a relative base',
      `<base href="../f/"><base href="/g/">${anchor(`href="demo-1.0-py3-none-any.whl"`)}`,
      'https://index.example/simple/f/demo-1.0-py3-none-any.whl',
    ],
    [
      'entities and percents',
      anchor('href="/a&#47;demo-1.0&#43;x-py3-none-any.whl"'),
      'https://index.example/a/demo-1.0+x-py3-none-any.whl',
    ],
    [
      'a percent in the name',
      anchor('href="/demo-1.0%2Bx-py3-none-any.whl"'),
      'https://index.example/demo-1.0%2Bx-py3-none-any.whl',
    ],
    [
      'another host',
      anchor('href="//cdn.example/demo-1.0-py3-none-any.whl"'),
      'https://cdn.example/demo-1.0-py3-none-any.whl',
    ],
  ])('has its links resolved as a browser does: %s', async (_, body, url) => {
    expect((await openDemo(htmlPage(body)))?.map((found) => found.url)).toEqual([url]);
  });

  it('is resolved against where it came from after redirects, and of the index that was asked, kept or not', async () => {
    const answer = {
      ...htmlPage(anchor('href="demo-1.0-py3-none-any.whl"')),
      url: 'https://mirror.example/pypi/demo/',
    };
    const cache = memoryCache();
    for (const _ of ['fresh', 'kept'])
      expect(await openDemo(answer, cache)).toMatchObject([
        {
          url: 'https://mirror.example/pypi/demo/demo-1.0-py3-none-any.whl',
          page: 'https://index.example/simple/demo/',
        },
      ]);
  });

  it('has wheels and source distributions of its project; all else is passed over', async () => {
    const names = [
      'demo-1.0.tar.gz',
      'Demo-1.1.zip',
      'demo-1.0.tar.bz2',
      'demo-1.0-py3-none-any.whl',
      'demo-1.0-cp312-cp312-win_amd64.whl',
      'demo-1.0-py2.7.egg',
      'demo-1.0.win32.exe',
      'demo-1.0.tar.gz.asc',
      'other-1.0.tar.gz',
      'demo_more-1.0-py3-none-any.whl',
      'demo-1.0.tar.xz',
      '.demo-1.0.tar.gz',
      'demo-latest.tar.gz',
    ];
    const found = await openDemo(
      jsonPage(names.map((filename) => ({ filename, url: `/f/${filename}`, hashes: { sha256 } }))),
    );
    expect(found?.map(({ fileName }) => fileName)).toEqual(names.slice(0, 5));
  });

  it('is null where the index has no such project, and an error for any other answer', async () => {
    expect(await openDemo(404)).toBe(null);
    await expect(openDemo(403)).rejects.toMatchObject({ code: 'upstream.status' });
    await expect(openDemo(410)).rejects.toMatchObject({ code: 'upstream.status' });
  });

  it('costs one round trip when it is unchanged', async () => {
    const upstream = indexOf(htmlPage(`<base href="/f/">${anchor('href="demo-1.0-py3-none-any.whl"')}`));
    const cache = memoryCache();
    const first = await openProject(index, project, upstreamWorld(upstream.fetch, cache));
    const second = await openProject(index, project, upstreamWorld(upstream.fetch, cache));
    expect(second).toEqual(first);
    expect(upstream.requests).toMatchObject([{}, { etag: '"1"', accept: expect.stringContaining('+json') }]);
  });
});
