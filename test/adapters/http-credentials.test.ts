import type { IncomingMessage, ServerResponse } from 'node:http';
import { createSecureContext } from 'node:tls';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { httpFetch } from '../../adapters/http-fetch.ts';
import { loginsIn } from '../../adapters/netrc/logins.ts';
import { parseNetrc } from '../../adapters/netrc/parse-netrc.ts';
import { projectNameSchema } from '../../core/names/project-name.ts';
import { fetchProjectFile } from '../../core/python-index/fetch-project-file.ts';
import { openProject } from '../../core/python-index/open-project.ts';
import { companyAuthority } from '../support/network/certificates.ts';
import { type TestProxy, testProxy } from '../support/network/test-proxy.ts';
import { tlsServer } from '../support/network/tls-server.ts';
import { anchor } from '../support/python/index-pages.ts';
import { text } from '../support/upstream/http-get.ts';
import { status, testUpstream } from '../support/upstream/test-upstream.ts';
import { upstreamWorld } from '../support/upstream/upstream-world.ts';

/** Takes every name for this machine, which no upstream elsewhere may lead to without it. */
let proxy: TestProxy;
beforeAll(async () => {
  proxy = await testProxy();
});
afterAll(() => proxy[Symbol.asyncDispose]());

const trusted = () => createSecureContext({ ca: companyAuthority.cert });
const proxyFor = () => new URL(`http://${proxy.host}`);
const fetchBy = (netrc: string) => httpFetch({ proxyFor, trusted, logins: loginsIn(parseNetrc(netrc, 'netrc')) });

const basic = (pair: string) => `Basic ${Buffer.from(pair).toString('base64')}`;
const both = 'machine conda.acme.test login me password one machine files.acme.test login me password two';

/** Redirects `/to/URL` to the URL, and else ends. */
const leading = ({ url = '' }: IncomingMessage, response: ServerResponse) => {
  const [, location] = /^(?:\/t\/[^/]+)?\/to\/(.*)/.exec(url) ?? [];
  if (location === undefined) response.end('there');
  else response.writeHead(302, { location: decodeURIComponent(location) }).end();
};
const to = (location: string) => `/to/${encodeURIComponent(location)}`;

describe('a host that netrc names', () => {
  it('is told its login and password, as UTF-8, and no other host is', async () => {
    await using server = await tlsServer(leading);
    const fetch = fetchBy('machine conda.acme.test login "mé" password "p:w"');
    const response = await fetch(`https://conda.acme.test:${server.port}/a`, {});
    expect([await text(response), response.hasCredentials]).toEqual(['there', true]);
    expect((await fetch(`https://files.acme.test:${server.port}/b`, {})).hasCredentials).toBe(false);
    expect(server.requests).toEqual([`/a ${basic('mé:p:w')}`, '/b -']);
  });

  it('is told them in clear only where it is named so', async () => {
    await using upstream = await testUpstream((response, request) =>
      response.end(request.headers.authorization ?? '-'),
    );
    const url = upstream.url.replace('127.0.0.1', 'conda.acme.test');
    const fetch = fetchBy(both);
    expect(await text(await fetch(url, {}))).toBe(basic('me:one'));
    for (const from of [url.replace('http:', 'https:'), 'https://elsewhere.acme.test/', 'file:///srv/channel'])
      expect(await text(await fetch(url, {}, from))).toBe('-');
  });

  it('is told nothing where the URL has a user of its own', async () => {
    await using upstream = await testUpstream((response, request) =>
      response.end(request.headers.authorization ?? '-'),
    );
    const url = upstream.url.replace('127.0.0.1', 'you:own@conda.acme.test');
    expect(await text(await fetchBy(both)(url, {}))).toBe(basic('you:own'));
  });
});

describe('a redirect', () => {
  it("carries a host's credentials to no other, and back to it", async () => {
    await using conda = await tlsServer(leading);
    await using files = await tlsServer(leading);
    const there = `https://files.acme.test:${files.port}${to(`https://conda.acme.test:${conda.port}/end`)}`;
    const fetch = fetchBy('machine conda.acme.test login me password one default login any password body');
    expect(await text(await fetch(`https://conda.acme.test:${conda.port}${to(there)}`, {}))).toBe('there');
    expect(files.requests.map(withoutPath)).toEqual(['-']);
    expect(conda.requests.map(withoutPath)).toEqual([basic('me:one'), basic('me:one')]);
  });

  it('to a host with a line of its own is asked with that, over https alone', async () => {
    await using conda = await tlsServer(leading);
    await using files = await tlsServer(leading);
    const there = `https://files.acme.test:${files.port}/end`;
    await fetchBy(both)(`https://conda.acme.test:${conda.port}${to(there)}`, {});
    expect(files.requests).toEqual([`/end ${basic('me:two')}`]);
    await using plain = await testUpstream((response, request) => leading(request, response));
    await using clear = await testUpstream((response, request) => response.end(request.headers.authorization ?? '-'));
    const inClear = clear.url.replace('127.0.0.1', 'files.acme.test');
    const asked = plain.url.replace('127.0.0.1', 'conda.acme.test') + to(inClear);
    expect(await text(await fetchBy(both)(asked, {}))).toBe('-');
  });

  const withoutPath = (request: string) => request.replace(/^\S+ /, '');
});

describe('default', () => {
  it('is for the host that was named, not for where another leads', async () => {
    await using server = await tlsServer(leading);
    const url = `https://conda.acme.test:${server.port}/a`;
    const fetch = fetchBy('default login any password body');
    await fetch(url, {});
    await fetch(url, {}, 'https://elsewhere.acme.test/channel');
    expect(server.requests).toEqual([`/a ${basic('any:body')}`, '/a -']);
  });
});

describe('an index that redirects its pages elsewhere', () => {
  const folder = '/simple/demo/';
  const link = anchor('href="demo-1.0-py3-none-any.whl"');
  const project = projectNameSchema.parse('demo');
  const answer = ({ url }: IncomingMessage, response: ServerResponse) =>
    response.setHeader('content-type', 'text/html').end(url === folder ? link : 'wheel');

  it.each([
    ['https:', 'default login any password body'],
    ['http:', 'machine files.acme.test login me password two'],
  ])('has not named that host (%s)', async (protocol, netrc) => {
    const seen: unknown[] = [];
    await using secure = await tlsServer((request, response) => answer(request, response));
    await using plain = await testUpstream((response, request) => {
      seen.push(`${request.url} ${request.headers.authorization ?? '-'}`);
      answer(request, response);
    });
    const port = protocol === 'https:' ? secure.port : new URL(plain.url).port;
    const elsewhere = `${protocol}//files.acme.test:${port}${folder}`;
    await using index = await testUpstream(status(302, { location: elsewhere }));
    const world = upstreamWorld(fetchBy(netrc));
    const [file] =
      (await openProject(`${index.url.replace('127.0.0.1', 'conda.acme.test')}/simple`, project, world)) ?? [];
    if (file === undefined) throw new Error('no file');
    await fetchProjectFile(file, world);
    const requests = protocol === 'https:' ? secure.requests : seen;
    expect(requests).toEqual([`${folder} -`, `${folder}demo-1.0-py3-none-any.whl -`]);
  });
});

describe('a token', () => {
  const netrc = 'machine conda.acme.test login /t/ password ab-12';

  it('goes before the path, and is in nothing that comes back', async () => {
    await using server = await tlsServer(leading);
    const url = `https://conda.acme.test:${server.port}/chan/noarch/repodata.json?x=y`;
    const response = await fetchBy(netrc)(url, {});
    expect([response.url, response.hasCredentials]).toEqual([url, true]);
    expect(server.requests).toEqual(['/t/ab-12/chan/noarch/repodata.json?x=y -']);
  });

  it('stays where its server leads with it, and is added to no other path', async () => {
    await using server = await tlsServer(leading);
    const base = `https://conda.acme.test:${server.port}`;
    const fetch = fetchBy(netrc);
    expect((await fetch(base + to('/t/ab-12/new/x'), {})).url).toBe(`${base}/new/x`);
    expect((await fetch(base + to('/signed?y'), {})).url).toBe(`${base}/signed?y`);
    expect((await fetch(base + to(`https://files.acme.test:${server.port}/signed`), {})).status).toBe(200);
    expect(server.requests.filter((path) => !path.includes('/to/'))).toEqual([
      '/t/ab-12/new/x -',
      '/signed?y -',
      '/signed -',
    ]);
  });

  it.each([
    'https://files.acme.test/t/ab-12/x',
    '/elsewhere?token=ab-12',
    'https://files.acme.test/?next=/t/ab-12/',
    'ftp://ab-12/',
  ])('is not taken to %s, and not told', async (location) => {
    await using server = await tlsServer(leading);
    const url = `https://conda.acme.test:${server.port}${to(location)}`;
    const refusal: unknown = await fetchBy(netrc)(url, {}).catch((error: unknown) => error);
    expect(refusal).toMatchObject({ code: 'upstream.unreachable', retry: false });
    expect(String(refusal).replaceAll(to(location), '')).not.toContain('ab-12');
    expect(server.requests).toHaveLength(1);
  });

  describe('of characters that a URL may spell in two ways', () => {
    const fetch = fetchBy('machine conda.acme.test login /t/ password ab+1=');

    it.each(['ab+1=', 'ab%2b1%3d', '%61b%2B1='])('stays where its server leads with it as %s', async (spelt) => {
      await using server = await tlsServer(leading);
      const base = `https://conda.acme.test:${server.port}`;
      const response = await fetch(base + to(`/t/${spelt}/new/x?y=z`), {});
      expect([response.url, response.hasCredentials]).toEqual([`${base}/new/x?y=z`, true]);
      expect(server.requests.at(-1)).toBe(`/t/${spelt}/new/x?y=z -`);
    });

    it.each([
      'https://files.acme.test/t/ab+1=/x',
      'https://files.acme.test/t/ab%2b1%3D/x',
      '/elsewhere?token=%61b+1=',
      '/t/ab+1=/x?again=ab%2B1%3D',
      '/%zz',
    ])('is not taken to %s, and not told', async (location) => {
      await using server = await tlsServer(leading);
      const asked = fetch(`https://conda.acme.test:${server.port}${to(location)}`, {});
      const message = expect.stringMatching(/leads elsewhere with its token$/);
      await expect(asked).rejects.toMatchObject({ code: 'upstream.unreachable', retry: false, message });
      expect(server.requests).toHaveLength(1);
    });
  });

  it('is not in an error', async () => {
    await using upstream = await testUpstream(status(200), (response) => response.destroy());
    const url = `${upstream.url.replace('127.0.0.1', 'conda.acme.test')}/chan`;
    const fetch = fetchBy(netrc);
    await fetch(url, {});
    const refusal: unknown = await fetch(url, {}).catch((error: unknown) => error);
    expect(upstream.requests[1]).toBe('/t/ab-12/chan');
    expect(refusal).toMatchObject({ message: expect.stringContaining(url) });
    expect(String(refusal)).not.toContain('ab-12');
  });
});
