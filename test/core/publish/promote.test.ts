import { describe, expect, it } from 'vitest';
import { sha256Of } from '../../../core/names/digest.ts';
import { projectNameSchema } from '../../../core/names/project-name.ts';
import { promote } from '../../../core/steps/promote.ts';
import { buildConda } from '../../support/packages/build-package.ts';
import { type PublishScene, provenanceAt, publishFiles, publishWorld } from '../../support/publish/publish-scene.ts';
import { buildSdist } from '../../support/python/build-sdist.ts';
import { buildWheel } from '../../support/python/build-wheel.ts';
import { key } from '../../support/store/objects.ts';
import type { MemoryStore } from '../../twins/store-memory.ts';

const wheelName = 'demo-1.0-py3-none-any.whl';
const [wheel, sdist, conda] = [buildWheel(), buildSdist(), buildConda()];
const release = { [wheelName]: wheel, 'demo-1.0.tar.gz': sdist, 'demo-1.0-h0_0.conda': conda };
const promoted = [`simple/demo/${wheelName}`, 'simple/demo/demo-1.0.tar.gz', 'conda/linux-64/demo-1.0-h0_0.conda'];

const name = projectNameSchema.parse('demo');
const promoteDemo = (world: PublishScene, version = '1.0') => promote({ name, version }, { ...world, to: 'channel' });

async function staged(): Promise<PublishScene> {
  const world = publishWorld({ to: 'staging', by: 'ci' });
  const { problems } = await publishFiles(release, world);
  expect(problems).toEqual([]);
  return world;
}

const objectsBelow = ({ objects }: MemoryStore, prefix: string) =>
  new Map([...objects].filter(([at]) => at.startsWith(prefix)).map(([at, { bytes }]) => [at, sha256Of(bytes)]));

describe('a release that is promoted', () => {
  it('is byte for byte what was staged, with what was written down then; staging keeps its own', async () => {
    const world = await staged();
    const before = objectsBelow(world.store, 'staging/');
    const later = { ...world, clock: { ...world.clock, now: () => 1_800_000_000_000 }, by: 'somebody else' };
    const { files, problems } = await promoteDemo(later);
    expect(problems).toEqual([]);
    expect(files.map(({ key: at, status }) => [at, status])).toEqual(promoted.map((at) => [at, 'stored']));
    expect(objectsBelow(world.store, 'staging/')).toEqual(before);
    for (const at of [...promoted, `simple/demo/${wheelName}.metadata`]) {
      expect(objectsBelow(world.store, at).get(key(at))).toBe(before.get(key(`staging/${at}`)));
    }
    for (const { key: at, sha256 } of files) {
      const [here, there] = ['', 'staging/'].map((part) =>
        provenanceAt(world.store, `_gatehouse/${part}provenance/${at}/${sha256}.json`),
      );
      expect(here).toEqual(there);
      expect(here).toMatchObject({ origin: { type: 'published', by: 'ci' }, firstSeen: 1_700_000_000_000 });
    }
  });

  it('is there already when it is promoted again', async () => {
    const world = await staged();
    await promoteDemo(world);
    const before = objectsBelow(world.store, '');
    expect((await promoteDemo(world)).files.map(({ status }) => status)).toEqual(['present', 'present', 'present']);
    expect(objectsBelow(world.store, '')).toEqual(before);
  });

  it('is found by any spelling of its version', async () => {
    const world = await staged();
    expect((await promoteDemo(world, '1.0.0')).files).toHaveLength(3);
  });

  it('is one version of several', async () => {
    const world = await staged();
    const second = 'demo-2.0-py3-none-any.whl';
    await publishFiles({ [second]: buildWheel({ fileName: second }) }, world);
    expect((await promoteDemo(world, '2.0')).files).toMatchObject([{ key: `simple/demo/${second}` }]);
    expect((await promoteDemo(world, '3.0')).problems).toEqual([
      expect.objectContaining({ code: 'publish.not-staged', detail: 'staging holds demo 1.0, 2.0' }),
    ]);
  });

  it('is not one of which nothing is staged', async () => {
    const { files, problems } = await promoteDemo(publishWorld());
    expect(files).toEqual([]);
    expect(problems).toMatchObject([{ code: 'publish.not-staged', detail: 'staging holds nothing of demo' }]);
  });

  it.each<[string, (world: PublishScene) => Promise<unknown>, string]>([
    [
      'its bytes in staging are others now',
      ({ store }) => store.put(key(`staging/simple/demo/${wheelName}`), buildWheel({ files: { 'demo.py': 'x = 2' } })),
      'publish.mutated',
    ],
    [
      'its bytes in staging are damaged',
      ({ store }) => store.put(key(`staging/simple/demo/${wheelName}`), wheel.subarray(0, -1)),
      'package.refused',
    ],
    [
      'the channel has others under its name',
      ({ store }) => store.put(key(`simple/demo/${wheelName}.metadata`), Buffer.from('Name: other')),
      'publish.metadata',
    ],
  ])('is not promoted at all when %s', async (_, damage, code) => {
    const world = await staged();
    await damage(world);
    const before = objectsBelow(world.store, '');
    expect((await promoteDemo(world)).problems).toMatchObject([
      { code, hint: expect.stringMatching('delete|damaged') },
    ]);
    expect(objectsBelow(world.store, '')).toEqual(before);
  });

  it('is not promoted once its name is reserved no more', async () => {
    const world = await staged();
    const { allowlist } = publishWorld({ allowlistText: { reserved: ['acme'] } });
    const { files, problems } = await promoteDemo({ ...world, allowlist });
    expect(files).toEqual([]);
    expect(problems).toHaveLength(3);
    expect(new Set(problems.map(({ code }) => code))).toEqual(new Set(['publish.not-reserved']));
  });
});
