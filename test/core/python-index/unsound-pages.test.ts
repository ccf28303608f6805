import { describe, expect, it } from 'vitest';
import { memoryCache } from '../../../adapters/cache-memory.ts';
import {
  anchor,
  htmlPage,
  index,
  json,
  jsonPage,
  openDemo,
  type Page,
  page,
  plain,
  wheel,
} from '../../support/python/index-pages.ts';

describe('a page that is no sound page is an error, and nothing is taken for removed', () => {
  const body = htmlPage(plain).body;
  it.each<[string, Page, string, RegExp]>([
    ...['', 'application/json', 'text/plain', 'text/html5', 'application/vnd.pypi.simple.v2+json'].map(
      (type): [string, Page, string, RegExp] => [
        `of type "${type}"`,
        page(type, body),
        'upstream.body',
        /Content-Type/,
      ],
    ),
    ['without files, in JSON', jsonPage([]), 'upstream.body', /lists no files/],
    ['without links', htmlPage('Sign in'), 'upstream.body', /lists no files/],
    [
      'with links to no files',
      htmlPage('<a href="/login">Sign in</a><a href="demo/">demo</a>'),
      'upstream.body',
      /lists no files/,
    ],
    [
      'with the files of another project',
      jsonPage([{ ...wheel, filename: 'other-1.0.tar.gz' }]),
      'upstream.body',
      /lists no files/,
    ],
    ['of another project', jsonPage([wheel], { name: 'other' }), 'upstream.body', /is the page of other/],
    [
      'that is quarantined',
      jsonPage([], { 'project-status': { status: 'quarantined' } }),
      'upstream.quarantined',
      /quarantined/,
    ],
    ['of version 2 in JSON', jsonPage([wheel], { meta: { 'api-version': '2.0' } }), 'upstream.body', /version 2\.0/],
    [
      'of version 2 in HTML',
      htmlPage('<meta name="pypi:repository-version" content="2.0">', plain),
      'upstream.body',
      /version 2\.0/,
    ],
    ['that is no JSON', page(json, body), 'json.invalid', /is not JSON/],
    ['with a file without a URL', jsonPage([{ filename: wheel.filename }]), 'json.invalid', /files\.0\.url/],
    [
      'with a requires-python that is none',
      jsonPage([{ ...wheel, 'requires-python': 3 }]),
      'json.invalid',
      /requires-python/,
    ],
    [
      'with two files of one name',
      jsonPage([wheel, { ...wheel, hashes: { sha256: '0'.repeat(64) } }]),
      'upstream.body',
      /twice/,
    ],
    [
      'that leads to http',
      jsonPage([{ ...wheel, url: `http://index.example/${wheel.filename}` }]),
      'upstream.body',
      /http:/,
    ],
    ['that leads to a file', jsonPage([{ ...wheel, url: `file:///etc/${wheel.filename}` }]), 'upstream.body', /file:/],
    [
      'that leads to this machine',
      jsonPage([{ ...wheel, url: `https://127.1/${wheel.filename}` }]),
      'upstream.body',
      /this machine/,
    ],
    [
      'that leads to this machine by its base',
      htmlPage(`<base href="https://localhost/">`, anchor('href="demo-1.0-py3-none-any.whl"')),
      'upstream.body',
      /this machine/,
    ],
    [
      'with a user in a link',
      jsonPage([{ ...wheel, url: `https://u:p4ss@f.example/${wheel.filename}` }]),
      'upstream.body',
      /credentials/,
    ],
    [
      'with a query in a link',
      jsonPage([{ ...wheel, url: `/${wheel.filename}?sig=p4ss` }]),
      'upstream.body',
      /credentials or a query/,
    ],
    [
      'larger than any',
      { ...jsonPage([wheel]), body: Buffer.alloc(65 * 1024 ** 2, 32) },
      'upstream.too-large',
      /larger/,
    ],
  ])('%s', async (_, answer, code, message) => {
    const error = await openDemo(answer).catch((thrown) => thrown);
    expect(error).toMatchObject({ code, message: expect.stringMatching(message) });
    expect(JSON.stringify([error.message, error.hint])).not.toContain('p4ss');
  });

  it('and such a page is not kept', async () => {
    const cache = memoryCache();
    await openDemo(jsonPage([]), cache).catch(() => {});
    expect(await cache.get(`${index}/demo/`)).toBe(null);
    await openDemo(jsonPage([wheel]), cache);
    expect(await cache.get(`${index}/demo/`)).not.toBe(null);
  });
});
