import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { FetchResponse } from '../../core/ports/fetch.ts';
import { openWorld, type World } from '../../local/open-world.ts';
import { type TemporaryFolder, temporaryFolder } from '../support/machine/temporary-folder.ts';
import { ok, type TestUpstream, testUpstream } from '../support/upstream/test-upstream.ts';

let folder: TemporaryFolder;
let proxy: TestUpstream;
let upstream: TestUpstream;
beforeEach(async () => {
  folder = await temporaryFolder();
  proxy = await testUpstream(ok(Buffer.from('by the proxy')));
  upstream = await testUpstream(ok(Buffer.from('directly')));
  for (const name of ['http_proxy', 'HTTP_PROXY', 'https_proxy', 'HTTPS_PROXY', 'no_proxy', 'NO_PROXY'])
    vi.stubEnv(name, '');
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await proxy[Symbol.asyncDispose]();
  await upstream[Symbol.asyncDispose]();
  await folder[Symbol.asyncDispose]();
});

async function get(url: string): Promise<string> {
  const world: World = openWorld(join(folder.path, 'store'));
  const { body }: FetchResponse = await world.fetch(url, {});
  const slices: Uint8Array[] = [];
  for await (const bytes of body) slices.push(bytes);
  return Buffer.concat(slices).toString();
}

it('channels are asked through the proxy that HTTP_PROXY names', async () => {
  vi.stubEnv('HTTP_PROXY', proxy.url);
  expect(await get('http://channel.invalid/noarch/repodata.json')).toBe('by the proxy');
  expect(proxy.requests).toEqual(['http://channel.invalid/noarch/repodata.json']);
});

it('this machine never is, nor what NO_PROXY names', async () => {
  vi.stubEnv('HTTP_PROXY', proxy.url);
  vi.stubEnv('NO_PROXY', 'inside.invalid');
  expect(await get(`${upstream.url}/x`)).toBe('directly');
  expect(await get(`${upstream.url.replace('127.0.0.1', 'localhost')}/x`)).toBe('directly');
  await expect(get('http://inside.invalid/x')).rejects.toThrow('no answer from http://inside.invalid/x');
  expect(proxy.requests).toEqual([]);
});
