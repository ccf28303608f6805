import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { trustedBy } from '../../adapters/http-certificates.ts';
import { httpFetch } from '../../adapters/http-fetch.ts';
import { type TemporaryFolder, temporaryFolder } from '../support/machine/temporary-folder.ts';
import { companyAuthority } from '../support/network/certificates.ts';
import { makeCertificate } from '../support/network/make-certificate.ts';
import { type TlsServer, tlsServer } from '../support/network/tls-server.ts';
import { text } from '../support/upstream/http-get.ts';

let folder: TemporaryFolder;
let server: TlsServer;
let authorityFile = '';
beforeAll(async () => {
  folder = await temporaryFolder();
  server = await tlsServer((_, response) => response.end('there'));
  authorityFile = await file('acme.pem', `Acme's own\n${companyAuthority.cert}`);
});
afterAll(async () => {
  await server[Symbol.asyncDispose]();
  await folder[Symbol.asyncDispose]();
});

async function file(name: string, content: string): Promise<string> {
  const path = join(folder.path, name);
  await writeFile(path, content);
  return path;
}

const get = async (url: string, environment: NodeJS.ProcessEnv) =>
  text(await httpFetch({ trusted: trustedBy(environment) })(url, {}));

describe("a company's own authority", () => {
  it.each(['SSL_CERT_FILE', 'REQUESTS_CA_BUNDLE', 'CURL_CA_BUNDLE'])('is trusted by %s', async (name) => {
    expect(await get(server.url, { [name]: authorityFile })).toBe('there');
  });

  it('is trusted by any of them, whatever the others name', async () => {
    const other = await file('other.pem', makeCertificate('Other Root').cert);
    expect(await get(server.url, { SSL_CERT_FILE: other, REQUESTS_CA_BUNDLE: authorityFile })).toBe('there');
    expect(
      await get(server.url, {
        SSL_CERT_FILE: await file('both.pem', companyAuthority.cert + makeCertificate('x').cert),
      }),
    ).toBe('there');
  });

  it('is not without, and that is not tried again', async () => {
    for (const name of ['', 'SSL_CERT_FILE']) {
      const environment = { [name]: name && (await file('other.pem', makeCertificate('Other Root').cert)) };
      await expect(get(server.url, environment)).rejects.toMatchObject({
        code: 'upstream.unreachable',
        retry: false,
        message: expect.stringMatching(/^the certificate of 127\.0\.0\.1:\d+ does not count: [a-z ]+$/),
        hint: expect.stringContaining('SSL_CERT_FILE=/path/to/ca.pem'),
      });
    }
  });

  it('is not for NODE_TLS_REJECT_UNAUTHORIZED=0 either', async () => {
    vi.stubEnv('NODE_TLS_REJECT_UNAUTHORIZED', '0');
    try {
      await using other = await tlsServer((_, response) => response.end('there'));
      await expect(get(other.url, {})).rejects.toMatchObject({ code: 'upstream.unreachable', retry: false });
      await expect(httpFetch()(other.url, {})).rejects.toMatchObject({ code: 'upstream.unreachable' });
      expect(other.requests).toEqual([]);
    } finally {
      vi.unstubAllEnvs();
    }
  });

  it('counts for the names that its certificate has, and for as long', async () => {
    const hosts = ['127.0.0.1'];
    const old = makeCertificate('old', { by: companyAuthority, hosts, until: new Date(Date.UTC(2020, 0)) });
    const others = makeCertificate('others', { by: companyAuthority, hosts: ['elsewhere.acme.test'] });
    await using expired = await tlsServer((_, response) => response.end(), old);
    await using misnamed = await tlsServer((_, response) => response.end(), others);
    const trusting = { SSL_CERT_FILE: authorityFile };
    await expect(get(expired.url, trusting)).rejects.toMatchObject({
      retry: false,
      hint: expect.stringContaining('renew'),
    });
    await expect(get(misnamed.url, trusting)).rejects.toMatchObject({
      retry: false,
      hint: expect.stringContaining('not who the URL names'),
    });
    expect([expired.requests, misnamed.requests]).toEqual([[], []]);
  });
});

describe('a file that cannot be read', () => {
  it.each([
    ['is not there', async () => join(folder.path, 'nowhere.pem'), 'cannot be read (ENOENT)'],
    ['is a folder', async () => folder.path, 'cannot be read (EISDIR)'],
    ['has no certificate', () => file('empty.pem', 'nothing'), 'is no file of certificates (PEM)'],
    [
      'has a damaged one',
      () => file('bad.pem', companyAuthority.cert + companyAuthority.cert.replace(/\n[A-Za-z]{8}/, '\nAAAAAAAA')),
      'is no file of certificates (PEM)',
    ],
  ])('is named with its variable: one that %s', async (_, make, what) => {
    const path = await make();
    await expect(get(server.url, { REQUESTS_CA_BUNDLE: path })).rejects.toMatchObject({
      code: 'usage.invalid',
      retry: false,
      message: `REQUESTS_CA_BUNDLE names ${path}, which ${what}`,
    });
  });

  it('is no matter to what is asked without TLS', async () => {
    const nowhere = { SSL_CERT_FILE: join(folder.path, 'nowhere.pem') };
    await expect(get('http://127.0.0.1:1/', nowhere)).rejects.toMatchObject({ code: 'upstream.unreachable' });
  });
});
