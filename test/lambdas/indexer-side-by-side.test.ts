import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { ObjectKey } from '../../core/layout/keys.ts';
import { sha256Of } from '../../core/names/digest.ts';
import type { Event } from '../../core/ports/log.ts';
import { GatehouseError } from '../../core/problems/error.ts';
import { index } from '../../lambdas/indexer.ts';
import { buildPackage } from '../../local/sample/build-package.ts';
import { batch, type CloudLab, failing, inTime, startCloudLab } from '../support/cloud/cloud-lab.ts';
import type { SmallCloud } from '../support/cloud/small-cloud.ts';
import { key } from '../support/store/objects.ts';
import { type Fault, type MemoryStoreOptions, memoryStore } from '../twins/store-memory.ts';

const subdirs = ['linux-64', 'noarch', 'osx-64', 'osx-arm64', 'win-64'];
const packages = new Map<ObjectKey, Uint8Array>();
let lab: CloudLab;
beforeAll(async () => {
  lab = await startCloudLab();
  for (const subdir of subdirs) {
    for (const name of ['a', `only-${subdir.replace('-', '')}`]) {
      const spec = { name, version: '1', build: '0', subdir, format: '.conda' } as const;
      const { bytes } = await buildPackage({ ...spec, ...(subdir === 'noarch' && { noarch: 'generic' }) });
      packages.set(key(`conda/${subdir}/${name}-1-0.conda`), bytes);
    }
  }
});
afterAll(() => lab[Symbol.asyncDispose]());

/** A bucket that people copied packages into, of which nobody was told. */
async function copied(): Promise<SmallCloud> {
  const cloud = lab.cloud();
  for (const [at, bytes] of packages) await memoryStore({}, cloud.bucket).put(at, bytes);
  return cloud;
}

const messages = () => batch(...subdirs.map((subdir) => JSON.stringify({ type: 'index', subdir })));

function invoke(cloud: SmallCloud, store: MemoryStoreOptions, log?: (event: Event) => void) {
  const world = cloud.world();
  const telemetry = log === undefined ? world.telemetry : { ...world.telemetry, log };
  const own = { store: memoryStore(store, cloud.bucket), queue: { send: async () => {} }, invalidate: null };
  return index({ Records: messages() }, { ...world, ...own, telemetry }, inTime);
}

/** What clients read, by key. */
const served = (cloud: SmallCloud): Record<string, string> => {
  const files = [...cloud.bucket.objects].filter(([at]) => /^conda\/.*json/.test(at));
  return Object.fromEntries(files.map(([at, { bytes }]) => [at, sha256Of(bytes)]));
};

it('the subdirs of a batch are indexed three at a time', async () => {
  const underWay = new Set<string>();
  let most = 0;
  const cloud = await copied();
  const before = async (_: string, at: string) => {
    const [, subdir] = /^_gatehouse\/state\/conda\/([^/]+)\.json$/.exec(at) ?? [];
    if (subdir !== undefined && !done.has(subdir)) underWay.add(subdir);
    most = Math.max(most, underWay.size);
  };
  const done = new Set<string>();
  const reply = await invoke(cloud, { before }, (event) => {
    if (event.type !== 'index.written') return;
    done.add(event.subdir);
    underWay.delete(event.subdir);
  });
  expect(reply).toEqual(failing());
  expect([done.size, most]).toEqual([subdirs.length, 3]);
});

/** An invocation that ends with an error has the whole batch come again. */
function failedWhole(error: unknown): void {
  if (!(error instanceof GatehouseError && /^store\./.test(error.code))) throw error;
}

it('whatever fails meanwhile, what comes again leaves what an undisturbed batch does', async () => {
  const sound = await copied();
  expect(await invoke(sound, {})).toEqual(failing());
  const expected = served(sound);
  expect(Object.keys(expected)).toHaveLength(subdirs.length * 4 + 1);
  const aFault = fc.constantFrom<Fault>('conflict', 'broken', 'ambiguous');
  const faults = fc.array(fc.tuple(fc.nat(400), aFault), { maxLength: 12 });
  await fc.assert(
    fc.asyncProperty(faults, async (planted) => {
      const cloud = await copied();
      const due = new Map(planted);
      let operation = 0;
      const fault = () => due.get(operation++);
      for (let round = 0; round < 3; round++) await invoke(cloud, { fault }).catch(failedWhole);
      expect(await invoke(cloud, {})).toEqual(failing());
      expect(served(cloud)).toEqual(expected);
    }),
    { numRuns: 10 },
  );
});
