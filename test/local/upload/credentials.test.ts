import { describe, expect, it } from 'vitest';
import { systemClock } from '../../../adapters/system-clock.ts';
import { revokeToken } from '../../../core/documents/tokens.ts';
import { exchange, rawRequest } from '../../support/served/raw-http.ts';
import { serveForTest } from '../../support/served/served-stores.ts';
import { published, send, uploadForm, uploadScene } from '../../support/upload/upload-scene.ts';
import { memoryStore } from '../../twins/store-memory.ts';

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
