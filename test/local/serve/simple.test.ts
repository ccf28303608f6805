import { describe, expect, test } from 'vitest';
import type { Store } from '../../../core/ports/store.ts';
import { fill } from '../../support/served/sample-channel.ts';
import { newStores, serveForTest } from '../../support/served/served-stores.ts';

const wheel = 'simple/torch/torch-1.0+cu118-py3-none-any.whl';
const files = new Map([
  ['simple/index.html', Buffer.from('<p>projects')],
  ['simple/index.json', Buffer.from('{"projects":[]}')],
  ['simple/torch/index.html', Buffer.from('<p>torch')],
  ['simple/torch/index.json', Buffer.from('{"name":"torch"}')],
  [wheel, Buffer.from('0123456789')],
  [`${wheel}.metadata`, Buffer.from('Name: torch\n')],
  ['simple/repoze-lru/index.html', Buffer.from('<p>repoze')],
]);

async function served(make: () => Promise<Store>) {
  const store = await make();
  await fill(store, files);
  const url = await serveForTest({ store });
  return async (path: string, headers: Record<string, string> = {}, method = 'GET') => {
    const response = await fetch(url + path, { method, headers, redirect: 'manual' });
    const header = (name: string) => response.headers.get(name);
    return { status: response.status, body: await response.text(), header };
  };
}

const json = 'application/vnd.pypi.simple.v1+json';
const pip = `${json}, application/vnd.pypi.simple.v1+html; q=0.1, text/html; q=0.01`;

describe.each(newStores)('the pip index of a %s store', (_name, make) => {
  test('pages by Accept, asked for anew each time, and not again while they are the same', async () => {
    const ask = await served(make);
    const forms = [
      [{ accept: pip }, json, '{"name":"torch"}'],
      [{ accept: '*/*' }, 'text/html; charset=utf-8', '<p>torch'],
    ] as const;
    for (const [headers, type, body] of forms) {
      const page = await ask('/simple/torch/', headers);
      expect([page.status, page.header('content-type'), page.body]).toEqual([200, type, body]);
      const kept = ['cache-control', 'vary', 'etag'].map(page.header);
      expect(kept).toEqual(['public, max-age=0, s-maxage=60', 'Accept', expect.stringMatching(/^"[^"]+"$/)]);
      const same = await ask('/simple/torch/', { ...headers, 'if-none-match': page.header('etag') ?? '' });
      expect([same.status, same.body, ...['cache-control', 'vary', 'etag'].map(same.header)]).toEqual([
        304,
        '',
        ...kept,
      ]);
      const head = await ask('/simple/torch/', headers, 'HEAD');
      expect([head.status, head.body, head.header('content-length')]).toEqual([200, '', String(body.length)]);
    }
    expect((await ask('/simple/', { accept: pip })).body).toBe('{"projects":[]}');
    expect((await ask('/simple/torch/index.html', { accept: pip })).body).toBe('<p>torch');
  });

  test('the form that one has and the other has not is never answered with the tag of the other', async () => {
    const ask = await served(make);
    const html = await ask('/simple/torch/');
    const asked = await ask('/simple/torch/', { accept: pip, 'if-none-match': html.header('etag') ?? '' });
    expect([asked.status, asked.body]).toEqual([200, '{"name":"torch"}']);
  });

  test('what is not there is 404 and kept by nobody, in whatever form it is asked for', async () => {
    const ask = await served(make);
    for (const headers of [{ accept: pip }, { accept: 'text/html' }]) {
      const none = await ask('/simple/nothing/', headers);
      expect([none.status, none.header('vary'), none.header('cache-control')]).toEqual([404, 'Accept', 'no-cache']);
    }
    const gone = ['/simple/torch/torch-2.0-py3-none-any.whl', '/simple/torch/torch-1.0%252Bcu118-py3-none-any.whl'];
    for (const path of gone) expect((await ask(path)).status).toBe(404);
  });

  test('another spelling ends at the page after one redirect', async () => {
    const ask = await served(make);
    for (const path of ['/simple/Repoze.LRU/', '/simple/repoze_lru', '/simple/repoze-lru', '/simple/Repoze.LRU?x=1']) {
      const moved = await ask(path, { accept: pip });
      expect([moved.status, moved.header('location')]).toEqual([301, '/simple/repoze-lru/']);
      expect((await ask(`/t/to-ken${path}`, {}, 'HEAD')).header('location')).toBe('/t/to-ken/simple/repoze-lru/');
    }
    expect((await ask('/simple/repoze-lru/')).body).toBe('<p>repoze');
  });

  test('a plus in a file name is found as it is and encoded, for ever and in parts', async () => {
    const ask = await served(make);
    for (const name of [wheel, wheel.replace('+', '%2B')]) {
      expect((await ask(`/${name}.metadata`)).body).toBe('Name: torch\n');
      const whole = await ask(`/${name}`);
      expect([whole.body, whole.header('vary')]).toEqual(['0123456789', null]);
      expect(whole.header('cache-control')).toBe('public, max-age=31536000, immutable');
      const part = await ask(`/${name}`, { range: 'bytes=-3' });
      expect([part.status, part.body, part.header('content-range')]).toEqual([206, '789', 'bytes 7-9/10']);
      expect((await ask(`/${name}`, {}, 'HEAD')).header('accept-ranges')).toBe('bytes');
    }
  });
});
