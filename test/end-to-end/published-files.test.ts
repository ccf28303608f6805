import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { sha256Of } from '../../core/names/digest.ts';
import type { Store } from '../../core/ports/store.ts';
import { indexProjects } from '../../core/steps/index-projects.ts';
import { buildTar } from '../support/archives/build-tar.ts';
import { testGate } from '../support/gate/test-gate.ts';
import { publishFiles, publishWorld } from '../support/publish/publish-scene.ts';
import { buildWheel } from '../support/python/build-wheel.ts';
import { newStores, serveForTest } from '../support/served/served-stores.ts';
import { seenInJson } from '../support/simple/read-pages.ts';
import { memoryStore } from '../twins/store-memory.ts';

const allowlistText = { reserved: ['acme', 'demo', 'repoze-lru'], python: ['3.13'] };
const worldOf = (store: Store) => ({ ...publishWorld({ allowlistText }), store });

const indexed = async (store: Store) => {
  const { projects, problems } = await indexProjects('all', {
    store,
    gate: testGate(store),
    clock: worldOf(store).clock,
    log: () => {},
  });
  return [...projects.flatMap((each) => each.problems), ...problems];
};

/** Publishes files, writes their pages, and serves both. */
async function served(store: Store, files: Readonly<Record<string, Uint8Array>>): Promise<string> {
  for (const [name, bytes] of Object.entries(files)) {
    expect((await publishFiles({ [name]: bytes }, worldOf(store))).problems).toEqual([]);
  }
  expect(await indexed(store)).toEqual([]);
  return serveForTest({ store });
}

const json = { accept: 'application/vnd.pypi.simple.v1+json' };

describe('a project whose files are spelt in more than one way', () => {
  const old = 'repoze.lru-0.7-py3-none-any.whl';
  const files = [old, 'repoze_lru-0.8-py3-none-any.whl', 'Repoze.LRU-0.9-py3-none-any.whl'];
  const spellings = ['/simple/Repoze.LRU/', '/simple/repoze_lru', '/simple/repoze-lru', '/simple/repoze.lru/'];

  it('has one page, to which every spelling leads in one step', async () => {
    const built = files.map((fileName) => [fileName, buildWheel({ fileName })]);
    const url = await served(memoryStore(), Object.fromEntries(built));
    for (const spelling of spellings) {
      const { status, headers } = await fetch(url + spelling, { redirect: 'manual' });
      expect([spelling, status, headers.get('location')]).toEqual([spelling, 301, '/simple/repoze-lru/']);
    }
    const page = await fetch(`${url}/simple/repoze-lru/`, { redirect: 'manual', headers: json });
    expect(seenInJson(await page.text(), 'repoze-lru').map(({ fileName }) => fileName)).toEqual(files);
    expect((await fetch(`${url}/simple/repoze-lru/${old}`, { redirect: 'manual' })).status).toBe(200);
  });
});

describe.each(newStores)('a `+` in the name of what is published, in a store of %s', (_, make) => {
  const local = 'acme_gpu-1.0+cu118-py3-none-any.whl';
  const dirty = 'demo-2016.6.15+21c64f5.dirty.tar.gz';
  const release = dirty.replace('.tar.gz', '');
  const pkgInfo = 'Metadata-Version: 2.1\nName: demo\nVersion: 2016.6.15+21c64f5.dirty\n';
  const bytesOf: Readonly<Record<string, Uint8Array>> = {
    [local]: buildWheel({ fileName: local }),
    [dirty]: gzipSync(buildTar({ name: `${release}/PKG-INFO`, data: pkgInfo })),
  };

  it.each([
    ['acme-gpu', local, true],
    ['demo', dirty, false],
  ] as const)('%s: %s is found raw and as %2B, and not encoded twice', async (project, fileName, hasMetadata) => {
    const url = await served(await make(), bytesOf);
    const encoded = fileName.replaceAll('+', '%2B');
    const page = await (await fetch(`${url}/simple/${project}/`)).text();
    expect(page).toContain(`href="${encoded}#sha256=${sha256Of(bytesOf[fileName] ?? new Uint8Array())}"`);
    expect(page).toContain(`>${fileName}</a>`);
    const get = async (name: string) => {
      const response = await fetch(`${url}/simple/${project}/${name}`);
      return response.status === 200 ? sha256Of(new Uint8Array(await response.arrayBuffer())) : response.status;
    };
    for (const name of [fileName, encoded])
      expect(await get(name)).toBe(sha256Of(bytesOf[fileName] ?? new Uint8Array()));
    expect(await get(encoded.replaceAll('%', '%25'))).toBe(404);
    expect(await get(`${encoded}.metadata`)).toEqual(hasMetadata ? await get(`${fileName}.metadata`) : 404);
    expect(await get(`${fileName}.metadata`)).toEqual(hasMetadata ? expect.any(String) : 404);
  });
});
