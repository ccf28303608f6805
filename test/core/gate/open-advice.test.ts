import { beforeEach, describe, expect, it } from 'vitest';
import { memoryCache } from '../../../adapters/cache-memory.ts';
import { acceptAllowlist } from '../../../core/documents/allowlist/parse-allowlist.ts';
import { readKeptMapping } from '../../../core/documents/kept-mapping.ts';
import { openAdvice } from '../../../core/gate/open-advice.ts';
import { GatehouseError } from '../../../core/problems/error.ts';
import { osvExport, osvRecord, recentRecord } from '../../support/advisories/osv-export.ts';
import { testFiles } from '../../support/upstream/upstream-world.ts';
import { memoryStore } from '../../twins/store-memory.ts';

const now = Date.parse('2026-03-25T00:00:00Z');
const osv = 'https://storage.googleapis.com/osv-vulnerabilities/PyPI/all.zip';
const named = 'https://mirror.example/osv/PyPI/all.zip';
const mapping = 'https://mirror.example/mapping.json';
const mal = osvRecord({ id: 'MAL-1', project: 'LiteLLM', at: now, versions: ['1.82.7'] });
const forge = 'https://conda.anaconda.org/conda-forge';

function scene() {
  const files = new Map<string, Uint8Array | string | number>();
  for (const url of [osv, named]) files.set(url, osvExport([mal, recentRecord(now)]));
  files.set(mapping, JSON.stringify({ litellm: ['litellm'], pytorch: 'torch', zlib: null }));
  const { fetch, requests } = testFiles(files);
  const clock = { now: () => now, random: () => 0, sleep: async () => {} };
  return { files, requests, world: { store: memoryStore(), fetch, clock, log: () => {}, cache: memoryCache() } };
}
let at: ReturnType<typeof scene>;
beforeEach(() => {
  at = scene();
});

const allowlist = (told: object) => {
  const document = { channels: [forge], platforms: ['linux-64'], packages: ['python'], mapping: 'none', ...told };
  return acceptAllowlist(Buffer.from(JSON.stringify(document)), 'allowlist.json');
};
const local = { channels: ['file:///srv/channel', 'http://localhost:8080/conda'] };

describe('the advisories of an allowlist', () => {
  it.each([
    ["are OSV's where it says nothing", {}, osv],
    ['are the ones that it names', { policy: { advisories: named } }, named],
    ['are the ones that it names, though all is of this machine', { ...local, policy: { advisories: named } }, named],
    ['are asked where one channel is elsewhere', { channels: [...local.channels, forge] }, osv],
    ['are asked where an entry names one', { ...local, packages: [{ spec: 'x', channel: forge }] }, osv],
    ['are asked where a PyPI entry asks an index', { ...local, packages: [{ pypi: 'x' }] }, osv],
    ['are none where it says so', { policy: { advisories: 'none' } }, null],
    ['are none where all is of this machine', local, null],
    [
      'are none where its index is of this machine too',
      { ...local, packages: [{ pypi: 'x' }], indexes: ['file:///srv/simple'] },
      null,
    ],
  ])('%s', async (_, told, url) => {
    const advice = await openAdvice(allowlist(told), at.world);
    expect(advice.status).toBe(url === null ? 'none' : 'known');
    expect(at.requests).toEqual(url === null ? [] : [`200 ${url}`]);
  });

  it('are found by the name of a project, however it is spelt, and by no other', async () => {
    const advice = await openAdvice(allowlist({}), at.world);
    const of = (name: string) => (advice.status === 'known' ? advice.of(name).map(({ id }) => id) : []);
    expect([of('litellm'), of('LiteLLM'), of('lite-llm'), of('no name!')]).toEqual([['MAL-1'], ['MAL-1'], [], []]);
  });

  it('come with the projects that packages are, by the mapping that the allowlist names, which is kept', async () => {
    const advice = await openAdvice(allowlist({ mapping }), at.world);
    const mapped = (name: string) => (advice.status === 'known' ? advice.mapped(name) : null);
    expect(['litellm', 'pytorch', 'zlib', 'constructor', 'x'].map(mapped)).toEqual([
      ['litellm'],
      ['torch'],
      [],
      [],
      [],
    ]);
    expect(await readKeptMapping(at.world.store, mapping)).not.toBeNull();
    at.files.set(mapping, 500);
    const later = await openAdvice(allowlist({ mapping }), { ...at.world, cache: null });
    expect(later.status === 'known' && later.mapped('pytorch')).toEqual(['torch']);
    expect(at.requests.filter((request) => request.endsWith(mapping))).toHaveLength(1);
  });

  it('are known without a mapping, where that cannot be read', async () => {
    at.files.set(mapping, 404);
    const advice = await openAdvice(allowlist({ mapping }), at.world);
    expect(advice.status === 'known' && advice.mapped('litellm')).toEqual([]);
  });

  it('are known to who may keep nothing', async () => {
    const put = () => Promise.reject(new GatehouseError('store.denied', 'no'));
    const denied = { ...at.world, store: { ...at.world.store, put } };
    expect((await openAdvice(allowlist({ mapping }), denied)).status).toBe('known');
    const broken = () => Promise.reject(new GatehouseError('store.broken', 'no'));
    const failing = { ...at.world, store: { ...at.world.store, put: broken } };
    await expect(openAdvice(allowlist({ mapping }), failing)).rejects.toMatchObject({ code: 'store.broken' });
  });

  it('are unreachable with the reason', async () => {
    at.files.set(osv, 403);
    expect(await openAdvice(allowlist({}), at.world)).toEqual({
      status: 'unreachable',
      detail: `${osv} answered with status 403`,
    });
  });
});
