import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import type { ServedRequest } from '../../local/serve/served-request.ts';
import { fill, sampleChannel } from '../support/served/sample-channel.ts';
import { newStores, serveForTest, serveSample } from '../support/served/served-stores.ts';

const bytesOf = async (response: Response) => Buffer.from(await response.arrayBuffer());
const sample = sampleChannel({ zst: true });
const fileOf = (key: string) => sample.get(key) ?? Buffer.alloc(0);

describe('the requests that real clients make', () => {
  const [, make] = newStores[0] ?? expect.fail();

  test.each(['gzip, deflate, zstd', 'deflate, gzip, br, zstd'])(
    '3.4: If-None-Match with If-Modified-Since is 304 (Accept-Encoding: %s)',
    async (encoding) => {
      const { url } = await serveSample(make);
      const at = `${url}/conda/linux-64/repodata.json.zst`;
      const etag = (await fetch(at)).headers.get('etag') ?? '';
      const headers = {
        'if-none-match': etag,
        'if-modified-since': 'Thu, 01 Jan 1970 00:00:00 GMT',
        'accept-encoding': encoding,
      };
      const response = await fetch(at, { headers });
      expect([response.status, response.headers.get('cache-control'), await response.text()]).toEqual([
        304,
        'public, max-age=60',
        '',
      ]);
    },
  );

  test('3.4: conda sends the tag of the zst on the json too: that is no 304', async () => {
    const { url } = await serveSample(make);
    const etag = (await fetch(`${url}/conda/linux-64/repodata.json.zst`)).headers.get('etag') ?? '';
    const response = await fetch(`${url}/conda/linux-64/repodata.json`, { headers: { 'if-none-match': etag } });
    expect([response.status, await bytesOf(response)]).toEqual([200, fileOf('conda/linux-64/repodata.json')]);
  });

  test('3.5: a platform without a folder is 404, not 403', async () => {
    const { url } = await serveSample(make);
    const forms = ['repodata_shards.msgpack.zst', 'repodata.json.zst', 'repodata.json'];
    const found = await Promise.all(forms.map((file) => fetch(`${url}/conda/osx-arm64/${file}`)));
    expect(found.map(({ status }) => status)).toEqual([404, 404, 404]);
  });

  test('3.7: basic credentials sent unasked change nothing', async () => {
    const { url } = await serveSample(make);
    const headers = { authorization: `Basic ${btoa('user:pass')}` };
    expect((await fetch(`${url}/conda/noarch/repodata.json`, { headers })).status).toBe(200);
  });

  test('3.10: pip gets JSON, a browser HTML, from one URL with Vary; files with Accept-Encoding: identity', async () => {
    const { url, store } = await serveSample(make);
    const wheel = 'simple/six/six-1.0-py3-none-any.whl';
    await fill(
      store,
      ['simple/six/index.json', 'simple/six/index.html', wheel].map((key) => [key, Buffer.from(key)]),
    );
    const ask = (accept: string) => fetch(`${url}/simple/six/`, { headers: { accept, 'cache-control': 'max-age=0' } });
    const [pip, browser] = await Promise.all([
      ask('application/vnd.pypi.simple.v1+json, application/vnd.pypi.simple.v1+html; q=0.1, text/html; q=0.01'),
      ask('text/html,application/xhtml+xml,*/*;q=0.8'),
    ]);
    const seen = [pip, browser].map(({ headers }) => [headers.get('content-type'), headers.get('vary')]);
    expect(seen).toEqual([
      ['application/vnd.pypi.simple.v1+json', 'Accept'],
      ['text/html; charset=utf-8', 'Accept'],
    ]);
    expect([await pip.text(), await browser.text()]).toEqual(['simple/six/index.json', 'simple/six/index.html']);
    const stale = await fetch(`${url}/simple/six/`, { headers: { 'if-none-match': pip.headers.get('etag') ?? '' } });
    expect([stale.status, (await ask('image/png')).headers.get('vary')]).toEqual([200, 'Accept']);
    for (const missing of [`${url}/simple/absent/`, `${url}/simple/six/six-1.0-py3-none-any.whl.metadata`])
      expect((await fetch(missing)).status).toBe(404);
    expect(await (await fetch(`${url}/${wheel}`, { headers: { 'accept-encoding': 'identity' } })).text()).toBe(wheel);
  });

  const optional = ['repodata_shards.msgpack.zst', 'repodata.json.zst', 'repodata.json.bz2', 'repodata.json'];

  test.each([
    ['3.1: repodata.json only', { zst: false }, 4],
    ['3.2: + repodata.json.zst', { zst: true }, 2],
  ])('%s: rattler falls back until it finds one, and solves', async (_row, forms, steps) => {
    const store = await make();
    await fill(store, sampleChannel(forms));
    const seen: ServedRequest[] = [];
    const url = await serveForTest({ store, log: (access) => seen.push(access) });
    const script = fileURLToPath(new URL('../support/served/solve-over-http.ts', import.meta.url));
    const { stdout } = await promisify(execFile)(process.execPath, [script, `${url}/t/tok-1/conda`, 'alpha']);
    expect(JSON.parse(stdout)).toEqual(['alpha-1.0-h1_0.conda', 'beta-2.1-py_0.tar.bz2']);
    for (const subdir of ['linux-64', 'noarch']) {
      const trace = seen.filter(({ path }) => path.includes(`/${subdir}/`)).map(({ path, status }) => [path, status]);
      const expected = optional
        .slice(0, steps)
        .map((file, i) => [`/t/***/conda/${subdir}/${file}`, i < steps - 1 ? 404 : 200]);
      expect(trace).toEqual(expected);
    }
  });
});
