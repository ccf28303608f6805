import { describe, expect, it } from 'vitest';
import { sha256Of } from '../../../core/names/digest.ts';
import { allowlistToPublishBy } from '../../../local/world/known-allowlist.ts';
import { buildTarBz2 } from '../../support/packages/build-package.ts';
import { buildSdist } from '../../support/python/build-sdist.ts';
import { buildWheel } from '../../support/python/build-wheel.ts';
import { acmeWheel, published, send, uploadForm, uploadScene } from '../../support/upload/upload-scene.ts';
import { memoryStore } from '../../twins/store-memory.ts';

const targets = ['/legacy/', '/legacy', '/', '/simple/', '/simple'];

const condaIndex = { name: 'acme', version: '1', build: '0', build_number: 0, depends: [], subdir: 'noarch' };

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
    expect(told[0]).toBe(`${acmeWheel} was published to channel by the token token-everything`);
  });

  it.each(targets)('to /staging%s is staged, and not in the channel', async (target) => {
    const { url } = await uploadScene();
    expect(await send(url, uploadForm(), { target: `/staging${target}` })).toMatchObject({ status: 200 });
    expect(await page(`${url}/staging/simple`)).toContain(`>${acmeWheel}</a>`);
    expect((await fetch(`${url}/simple/acme-tool/`)).status).toBe(404);
  });

  it('tells the owner what is published and cannot be installed', async () => {
    const { url, told } = await uploadScene();
    const bytes = buildWheel({ fileName: acmeWheel, metadata: 'Requires-Dist: gone\n' });
    expect(await send(url, uploadForm({ bytes }), { target: '/staging/legacy/' })).toMatchObject({ status: 200 });
    expect(told[0]).toBe(`${acmeWheel} was published to staging by the token token-everything`);
    expect(told[2]).toMatch(/^publish\.lacking: acme_tool.*\n.*needs "gone"/);
  });

  it('of the same bytes again is 200, and changes nothing', async () => {
    const { url, store, told } = await uploadScene();
    await send(url, uploadForm());
    const before = [await published(store), told.length];
    const again = await send(url, uploadForm(), { secret: 'acme-only' });
    expect(again.body).toMatch(`${acmeWheel} was there before, with the same bytes`);
    expect(again.status).toBe(200);
    expect([await published(store), told.length]).toEqual(before);
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

  it('of the same release under another spelling is 403 too', async () => {
    const { url, store } = await uploadScene();
    await send(url, uploadForm());
    const before = await published(store);
    const reply = await send(url, uploadForm({ fileName: 'Acme.Tool-1.0.0-py3-none-any.whl' }));
    expect(reply).toMatchObject({ status: 403, body: expect.stringContaining(`${acmeWheel} is there`) });
    expect(await published(store)).toEqual(before);
  });

  it('to a store that was never synced is 403, and says so', async () => {
    const store = memoryStore();
    const beforePublish = async () => void (await allowlistToPublishBy(undefined, store));
    const { url } = await uploadScene({ store, beforePublish });
    const reply = await send(url, uploadForm());
    expect(reply).toMatchObject({ status: 403, reason: expect.stringContaining('the store was never synced') });
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
      'a conda package that is named as a source distribution',
      {
        fileName: 'acme-1-0.tar.bz2',
        bytes: buildTarBz2({ name: 'info/index.json', data: JSON.stringify(condaIndex) }),
        fields: { name: 'acme', version: '1-0' },
      },
      {},
      400,
      /is not the file name of a wheel, nor/,
    ],
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
