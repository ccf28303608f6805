import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import { createSecureContext } from 'node:tls';
import { describe, expect, it } from 'vitest';
import { httpFetch } from '../../adapters/http-fetch.ts';
import { proxiesOf } from '../../adapters/http-proxies.ts';
import { GatehouseError } from '../../core/problems/error.ts';
import { shownLine } from '../../core/problems/shown-text.ts';
import { companyAuthority } from '../support/network/certificates.ts';
import { testProxy } from '../support/network/test-proxy.ts';
import { tlsServer } from '../support/network/tls-server.ts';
import { text } from '../support/upstream/http-get.ts';
import { ok, testUpstream } from '../support/upstream/test-upstream.ts';

const proxyFor = (environment: NodeJS.ProcessEnv, url = 'https://channel.example/x') =>
  proxiesOf(environment)(new URL(url))?.href ?? null;

describe('proxiesOf', () => {
  it.each([
    [{}, 'https://a.example/', null],
    [{ https_proxy: 'http://p:1' }, 'https://a.example/', 'http://p:1/'],
    [{ HTTPS_PROXY: 'http://p:1' }, 'https://a.example/', 'http://p:1/'],
    [{ HTTPS_PROXY: 'p:3128' }, 'https://a.example/', 'http://p:3128/'],
    [{ HTTPS_PROXY: 'me:s%40t@p.example:3128' }, 'https://a.example/', 'http://me:s%40t@p.example:3128/'],
    [{ HTTPS_PROXY: 'p:3128/' }, 'https://a.example/', 'http://p:3128/'],
    [{ HTTPS_PROXY: '10.0.0.1' }, 'https://a.example/', 'http://10.0.0.1/'],
    [{ HTTPS_PROXY: 'https://p' }, 'https://a.example/', 'https://p/'],
    [{ HTTPS_PROXY: 'http://p:1' }, 'http://a.example/', null],
    [{ http_proxy: 'p:1', HTTP_PROXY: 'q:2' }, 'http://a.example/', 'http://p:1/'],
    [{ HTTP_PROXY: 'q:2' }, 'http://a.example/', 'http://q:2/'],
    [{ ALL_PROXY: 'p:1' }, 'http://a.example/', 'http://p:1/'],
    [{ all_proxy: 'p:1', ALL_PROXY: 'q:2' }, 'https://a.example/', 'http://p:1/'],
    [{ all_proxy: 'p:1', HTTPS_PROXY: 'q:2' }, 'https://a.example/', 'http://q:2/'],
    [{ https_proxy: '', HTTPS_PROXY: '', ALL_PROXY: 'p:1' }, 'https://a.example/', 'http://p:1/'],
  ])('of %j for %s is %s', (environment, url, proxy) => {
    expect(proxyFor(environment, url)).toBe(proxy);
  });

  it.each([
    'http://localhost/',
    'http://a.localhost/',
    'http://127.0.0.1:8080/',
    'http://127.1.2.3/',
    'http://[::1]:1/',
  ])('is none for this machine (%s)', (url) => {
    expect(proxyFor({ ALL_PROXY: 'p:1' }, url)).toBeNull();
  });

  it.each([
    [
      'acme.test',
      ['https://acme.test/', 'https://a.acme.test:8443/'],
      ['https://acme.test.example/', 'https://eacme.test/'],
    ],
    [
      '.acme.test, *.b.test',
      ['https://acme.test/', 'https://a.acme.test/', 'https://a.b.test/'],
      ['https://b.testing/'],
    ],
    ['ACME.test other.test', ['https://acme.test/', 'https://other.test/'], ['https://third.test/']],
    ['acme.test:8443', ['https://acme.test:8443/', 'https://a.acme.test:8443/'], ['https://acme.test/']],
    ['acme.test:443', ['https://acme.test/'], ['http://acme.test/']],
    [
      '10.0.0.0/8,192.168.1.7',
      ['http://10.9.8.7/', 'https://192.168.1.7/'],
      ['http://11.0.0.1/', 'http://192.168.1.8/'],
    ],
    ['2001:db8::/32', ['http://[2001:db8::7]/'], ['http://[2001:db9::7]/']],
    ['*', ['https://anything.test/', 'http://10.0.0.1/'], []],
    ['10.0.0.0/99', [], ['http://10.0.0.0/']],
  ])('leaves what NO_PROXY=%s names', (list, direct, proxied) => {
    for (const url of direct) expect([url, proxyFor({ ALL_PROXY: 'p:1', NO_PROXY: list }, url)]).toEqual([url, null]);
    for (const url of proxied)
      expect([url, proxyFor({ ALL_PROXY: 'p:1', no_proxy: list }, url)]).toEqual([url, 'http://p:1/']);
  });

  it('refuses a proxy at https: that nobody would check', () => {
    const unchecked = { NODE_TLS_REJECT_UNAUTHORIZED: '0' };
    expect(() => proxyFor({ ...unchecked, HTTPS_PROXY: 'https://me:hunter2@p' })).toThrow(
      'HTTPS_PROXY names a proxy at https:, whose certificate NODE_TLS_REJECT_UNAUTHORIZED=0 has nobody check',
    );
    expect(proxyFor({ ...unchecked, HTTPS_PROXY: 'p:3128' })).toBe('http://p:3128/');
  });

  it.each([
    ['socks5h://me:hunter2@p:1080', 'HTTPS_PROXY names a SOCKS proxy, which is not supported'],
    ['ftp://hunter2@p', 'HTTPS_PROXY is not the URL of a proxy'],
    ['http://me:hunter2@', 'HTTPS_PROXY is not the URL of a proxy'],
    ['http://me:hunter2%zz@p', 'HTTPS_PROXY is not the URL of a proxy'],
    ['me:1/hunter2@p:3128', 'HTTPS_PROXY is not the URL of a proxy'],
    ['http://me:1?hunter2@p:3128', 'HTTPS_PROXY is not the URL of a proxy'],
    ['http://me:1#hunter2@p:3128', 'HTTPS_PROXY is not the URL of a proxy'],
    ['http://hunter2\\@p:3128', 'HTTPS_PROXY is not the URL of a proxy'],
  ])('refuses %s by name, and only where it would be asked', (value, message) => {
    const environment = { HTTPS_PROXY: value, NO_PROXY: 'acme.test' };
    expect(proxyFor(environment, 'https://acme.test/')).toBeNull();
    const refusal = refusalOf(() => proxyFor(environment));
    expect(refusal).toMatchObject({ code: 'usage.invalid', message, hint: expect.any(String) });
    expect(JSON.stringify(refusal) + refusal).not.toContain('hunter2');
    const { hint = '' } = refusal instanceof GatehouseError ? refusal : {};
    expect(shownLine(hint)).toMatch(/^[^*]+$/);
  });
});

function refusalOf(work: () => unknown): unknown {
  try {
    return work();
  } catch (error) {
    return error;
  }
}

describe('a proxy that wants a password', () => {
  const trusted = () => createSecureContext({ ca: companyAuthority.cert });
  const by = (proxy: string) => httpFetch({ trusted, proxyFor: proxiesOf({ ALL_PROXY: proxy }) });

  it('gets that of its URL, for both protocols, and gives what it leads to', async () => {
    await using proxy = await testProxy({ wants: 'me:s@t' });
    await using server = await tlsServer((_, response) => response.end('by TLS'));
    await using upstream = await testUpstream(ok(Buffer.from('in clear')));
    const fetch = by(`me:s%40t@${proxy.host}`);
    const { port } = new URL(upstream.url);
    expect(await text(await fetch(`https://conda.acme.test:${server.port}/a`, {}))).toBe('by TLS');
    expect(await text(await fetch(`http://conda.acme.test:${port}/a`, {}))).toBe('in clear');
    expect(proxy.requests).toEqual([
      `CONNECT conda.acme.test:${server.port} passed`,
      `GET http://conda.acme.test:${port}/a passed`,
    ]);
    expect(server.requests).toEqual(['/a -']);
  });

  it.each(['https', 'http'])('without it is an error that is not tried again (%s)', async (protocol) => {
    await using proxy = await testProxy({ wants: 'me:s@t' });
    for (const [user, what] of [
      ['', 'wants a user and a password'],
      ['me:hunter2@', 'refuses the user and password of its URL'],
    ]) {
      const refusal: unknown = await by(user + proxy.host)(`${protocol}://conda.acme.test/a`, {}).catch(
        (error: unknown) => error,
      );
      expect(refusal).toMatchObject({
        code: 'upstream.unreachable',
        retry: false,
        message: `the proxy ${proxy.host} ${what} (status 407)`,
        hint: expect.stringContaining('before its host'),
      });
      expect(`${refusal}`).not.toContain('hunter2');
    }
  });
});

/** What takes every connection, and answers with these words or never. */
async function speaking(words?: string): Promise<{ readonly host: string } & AsyncDisposable> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket.on('error', () => {}));
    socket.once('data', () => words !== undefined && socket.end(words));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return {
    host: `127.0.0.1:${address.port}`,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  };
}

describe('a proxy', () => {
  it('that leads nowhere says so: for good, or for now', async () => {
    for (const [status, retry] of [
      [403, false],
      [502, true],
    ] as const) {
      await using proxy = await testProxy({ status });
      const asked = httpFetch({ proxyFor: proxiesOf({ ALL_PROXY: proxy.host }) })('https://conda.acme.test/a', {});
      const message = `the proxy ${proxy.host} does not lead to conda.acme.test (status ${status})`;
      await expect(asked).rejects.toMatchObject({ code: 'upstream.unreachable', retry, message });
    }
  });

  it.each([
    ['says nothing', undefined],
    ['says what is no HTTP', 'HELLO\r\n\r\n'],
  ])('that %s is named, and asked again', async (_, words) => {
    await using proxy = await speaking(words);
    for (const protocol of ['https', 'http']) {
      const asked = httpFetch({ headMs: 200, proxyFor: proxiesOf({ ALL_PROXY: `me:hunter2@${proxy.host}` }) });
      await expect(asked(`${protocol}://conda.acme.test/a`, {})).rejects.toMatchObject({
        code: 'upstream.unreachable',
        retry: true,
        message: expect.stringMatching(
          new RegExp(`^no answer from ${protocol}://conda\\.acme\\.test/a by the proxy ${proxy.host} \\((?!.*hunter2)`),
        ),
      });
    }
  });

  it('that is not there is named, without its password', async () => {
    const asked = httpFetch({ proxyFor: proxiesOf({ ALL_PROXY: 'me:hunter2@127.0.0.1:1' }) })(
      'https://conda.acme.test/a',
      {},
    );
    const message = expect.stringMatching(
      /^no answer from https:\/\/conda\.acme\.test\/a by the proxy 127\.0\.0\.1:1 \(/,
    );
    await expect(asked).rejects.toMatchObject({ retry: true, message });
  });

  it('of this machine resolves names itself, also those that a redirect leads to', async () => {
    await using proxy = await testProxy();
    await using upstream = await testUpstream(ok(Buffer.from('there')));
    const { port } = new URL(upstream.url);
    const proxyFor = proxiesOf({ ALL_PROXY: proxy.host.replace('127.0.0.1', 'localhost') });
    const fetch = httpFetch({ proxyFor });
    expect(await text(await fetch(`http://files.acme.test:${port}/a`, {}, 'http://conda.acme.test/'))).toBe('there');
  });

  it('does not hide a certificate that does not count', async () => {
    await using proxy = await testProxy();
    await using server = await tlsServer((_, response) => response.end());
    const asked = httpFetch({ proxyFor: proxiesOf({ ALL_PROXY: proxy.host }) })(
      `https://conda.acme.test:${server.port}/a`,
      {},
    );
    await expect(asked).rejects.toMatchObject({ retry: false, hint: expect.stringContaining('SSL_CERT_FILE') });
  });
});
