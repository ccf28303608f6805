import { describe, expect, it } from 'vitest';
import { systemClock } from '../../../adapters/system-clock.ts';
import { revokeToken } from '../../../core/documents/tokens.ts';
import { sha256Of } from '../../../core/names/digest.ts';
import { buildSdist } from '../../support/python/build-sdist.ts';
import { buildWheel } from '../../support/python/build-wheel.ts';
import { exchange, rawRequest } from '../../support/served/raw-http.ts';
import { serveForTest } from '../../support/served/served-stores.ts';
import { acmeWheel, published, send, uploadForm, uploadScene } from '../../support/upload/upload-scene.ts';
import { memoryStore } from '../../twins/store-memory.ts';

const targets = ['/legacy/', '/legacy', '/', '/simple/', '/simple'];

const page = async (url: string, project = 'acme-tool') => (await fetch(`${url}/${project}/`)).text();

describe('an upload', () => {
  it.each(targets)('to %s is published, and listed before it is answered', async (target) => {
    const { url, told } = await uploadScene();
    expect(await send(url, uploadForm(), { target })).toMatchObject({
      status: 200,
      reason: 'OK',
      body: expect.stringMatching(`^${acmeWheel} published`),
    });
    expect(await page(`${url}/simple`)).toContain(`>${acmeWheel}</a>`);
    expect(told).toEqual([`${acmeWheel} was published to channel by the token token-everything`]);
  });

  it.each(targets)('to /staging%s is staged, and not in the channel', async (target) => {
    const { url } = await uploadScene();
    expect(await send(url, uploadForm(), { target: `/staging${target}` })).toMatchObject({ status: 200 });
    expect(await page(`${url}/staging/simple`)).toContain(`>${acmeWheel}</a>`);
    expect((await fetch(`${url}/simple/acme-tool/`)).status).toBe(404);
  });

  it('of the same bytes again is 200, and changes nothing', async () => {
    const { url, store, told } = await uploadScene();
    await send(url, uploadForm());
    const before = await published(store);
    const again = await send(url, uploadForm(), { secret: 'acme-only' });
    expect(again.body).toMatch(`${acmeWheel} was there before, with the same bytes`);
    expect(again.status).toBe(200);
    expect([await published(store), told.length]).toEqual([before, 1]);
  });

  it('of other bytes is 403 with both hashes, never in words that uploaders take for success', async () => {
    const { url, store } = await uploadScene();
    await send(url, uploadForm());
    const before = await published(store);
    const other = buildWheel({ fileName: acmeWheel, files: { 'acme_tool.py': 'x = 2\n' } });
    const reply = await send(url, uploadForm({ bytes: other }), { target: '/staging/legacy/' });
    expect(reply.status).toBe(403);
    for (const bytes of [buildWheel({ fileName: acmeWheel }), other]) expect(reply.reason).toContain(sha256Of(bytes));
    expect(reply.reason + reply.body).not.toMatch(/already|exists?\b|overwrite artifact|updating asset/i);
    expect(await published(store)).toEqual(before);
  });

  it('of a source distribution, as flit sends it, with parts behind the file as uv does', async () => {
    const { url } = await uploadScene();
    const fileName = 'demo-1.0.tar.gz';
    const form = uploadForm({
      fileName,
      bytes: buildSdist(),
      fields: { name: 'Demo' },
      after: { attestations: '[]', pyversion: 'source' },
    });
    expect(await send(url, form)).toMatchObject({ status: 200 });
    expect(await page(`${url}/simple`, 'demo')).toContain(`>${fileName}</a>`);
  });

  it('keeps nothing of its form', async () => {
    const { url, store } = await uploadScene();
    await send(url, uploadForm({ fields: { description: 'remember me', comment: 'remember me' } }));
    for (const key of await published(store)) {
      const { bytes } = (await store.read(key as never)) ?? { bytes: new Uint8Array() };
      expect(Buffer.from(bytes).toString('latin1')).not.toContain('remember me');
    }
  });
});

describe('an upload that is refused', () => {
  it.each([
    ['a name that is not reserved', { fileName: 'numpy-1.0-py3-none-any.whl' }, {}, 403, /reserves acme, demo/],
    ["a name that is not the token's", { fileName: 'demo-1.0-py3-none-any.whl' }, { secret: 'acme-only' }, 403, /demo/],
    ['another action', { fields: { ':action': 'submit' } }, {}, 400, /:action is "submit"/],
    ['no action', { fields: { ':action': null } }, {}, 400, /file_upload/],
    ['another sha256', { fields: { sha256_digest: '0'.repeat(64) } }, {}, 400, /has the sha256 [\da-f]{64}, and/],
    ['another md5', { fields: { md5_digest: '0'.repeat(32) } }, {}, 400, /has the md5/],
    ['another name', { fields: { name: 'acme' } }, {}, 400, /is of the project acme-tool, and the form says acme/],
    [
      'another version',
      { fields: { version: '1.1' } },
      {},
      400,
      /is of version 1\.0 of acme-tool, and the form says "1\.1"/,
    ],
    ['no version', { fields: { version: null } }, {}, 400, /says ""/],
    [
      'a name with ../',
      { fileName: '../acme_tool-1.0-py3-none-any.whl', fields: { name: 'acme-tool', version: '1.0' } },
      {},
      400,
      /"\.\.\/acme_tool-1\.0-py3-none-any\.whl" is not/,
    ],
    ['a wheel that is no ZIP', { bytes: Buffer.from('no ZIP') }, {}, 400, /acme_tool-1\.0/],
    [
      'a file that is no distribution',
      { fileName: 'acme-1.0.exe', fields: { name: 'acme', version: '1.0' } },
      {},
      400,
      /is not the file name of a wheel, nor/,
    ],
  ])('%s', async (_title, form, options, status, reason) => {
    const { url, store } = await uploadScene();
    const reply = await send(url, uploadForm(form), options);
    expect(reply).toMatchObject({ status, reason: expect.stringMatching(reason) });
    expect(reply.body).toMatch(reason);
    expect(await published(store)).toEqual([]);
  });

  it('names and versions agree however they are spelt', async () => {
    const { url } = await uploadScene();
    const form = uploadForm({ fields: { name: 'ACME__tool', version: 'v1.0.0' } });
    expect(await send(url, form)).toMatchObject({ status: 200 });
  });

  it('is told as JSON to those who ask for it', async () => {
    const { url } = await uploadScene();
    const headers = { accept: 'application/json;q=0.9, text/plain;q=0.8' };
    const reply = await send(url, uploadForm({ fields: { ':action': 'ä\n' } }), { headers });
    expect(JSON.parse(reply.body)).toEqual({ message: expect.stringMatching(/^the form's :action is "ä /) });
    expect(reply.headers.get('content-type')).toBe('application/json');
  });
});

describe('a credential', () => {
  it.each([
    ['none', { secret: null }],
    ['a wrong one', { secret: 'everythinG' }],
    ['a wrong one and a name of a token', { user: 'token-everything', secret: 'x' }],
    ['the token as the user', { user: 'everything', secret: '' }],
    ['another scheme', { secret: null, headers: { authorization: 'Bearer everything' } }],
    ['what is no base64', { secret: null, headers: { authorization: 'Basic %%%' } }],
    ['no colon', { secret: null, headers: { authorization: `Basic ${btoa('everything')}` } }],
  ])('%s is 401, the same for all, and nothing is published', async (title, options) => {
    const { url, store, told } = await uploadScene();
    const reply = await send(url, uploadForm(), options);
    expect(reply).toMatchObject({
      status: 401,
      body: 'no token came as the password, or none that is good for uploads (gatehouse token create makes one)\n',
    });
    expect(reply.headers.get('www-authenticate')).toMatch(/^Basic realm=/);
    expect(await published(store)).toEqual([]);
    const wrong = /wrong|the token as/.test(title);
    expect(told).toEqual(wrong ? ["an upload from 127.0.0.1 came with a credential that is no token's"] : []);
  });

  it('in the path is one for reading, and publishes nothing', async () => {
    const { url } = await uploadScene();
    expect(await send(url, uploadForm(), { target: '/t/everything/legacy/' })).toMatchObject({ status: 405 });
  });

  it('may come with any user, and is good until it is revoked', async () => {
    const { url, store } = await uploadScene();
    expect(await send(url, uploadForm(), { user: 'jane' })).toMatchObject({ status: 200 });
    expect(await send(url, uploadForm(), { user: '' })).toMatchObject({ status: 200 });
    await revokeToken({ store, clock: systemClock }, 'token-everything');
    expect(await send(url, uploadForm())).toMatchObject({ status: 401 });
  });

  it('wrong ones wait, but only so many at once', async () => {
    const { url } = await uploadScene({ limits: { wrongMs: 400, wrongWaiting: 1 } });
    const took = async () => {
      const began = performance.now();
      await send(url, uploadForm(), { secret: 'wrong' });
      return performance.now() - began;
    };
    const [fast = 0, slow = 0] = (await Promise.all([took(), took()])).sort((a, b) => a - b);
    expect(slow).toBeGreaterThan(380);
    expect(fast).toBeLessThan(slow - 100);
  });
});

describe('where there is no token', () => {
  it('an upload is 405 with a sentence, and the body is not read', async () => {
    const store = memoryStore();
    const { url } = await uploadScene({ store });
    for (const name of ['everything', 'acme-only', 'demo-only']) {
      await revokeToken({ store, clock: systemClock }, `token-${name}`);
    }
    const reply = await send(url, uploadForm());
    expect(reply).toMatchObject({ status: 405, reason: expect.stringContaining('gatehouse token create') });
    expect(reply.headers.get('allow')).toBe('GET, HEAD');
  });

  it.each(['PUT', 'PATCH', 'DELETE', 'OPTIONS'])('%s is 405 as ever, and GET is read', async (method) => {
    const { url } = await uploadScene();
    expect((await fetch(`${url}/legacy/`, { method })).status).toBe(405);
    expect((await fetch(`${url}/legacy/`)).status).toBe(404);
    expect((await fetch(`${url}/legacy/+simple/acme-tool/`)).status).toBe(404);
  });

  it('a server that takes no uploads says 405 as to any POST', async () => {
    const url = await serveForTest({ store: memoryStore() });
    const said = await exchange(url, rawRequest({ method: 'POST', target: '/legacy/' }));
    expect(said).toMatch(/^HTTP\/1\.1 405 Method Not Allowed\r\n/);
  });
});
