import { expect, it } from 'vitest';
import { indexKey, segmentPrefix } from '../../../core/layout/keys.ts';
import { sha256Of } from '../../../core/names/digest.ts';
import { indexSubdir } from '../../../core/steps/index-subdir.ts';
import { subdir } from '../../support/index/index-scene.ts';
import { day, pruneScene } from '../../support/index/prune-scene.ts';
import type { Bucket } from '../../twins/store-memory.ts';

/** A scene with shards; `at` does something once, right before an operation. */
function scene(behaviour: Pick<Bucket, 'etagOf'>) {
  const acts = new Map<string, () => Promise<unknown>>();
  const made = pruneScene(
    {
      async before(operation, where) {
        const act = acts.get(`${operation} ${where}`);
        acts.delete(`${operation} ${where}`);
        await act?.();
      },
    },
    behaviour,
  );
  const clock = { ...made.world.clock, now: () => made.now };
  const asked = new Set(['repodata_shards.msgpack.zst'] as const);
  const index = () => indexSubdir(subdir, { ...made.world, clock, asked });
  return { scene: made, index, at: (operation: string, act: () => Promise<unknown>) => void acts.set(operation, act) };
}

it.each([
  ['any write changes a tag', {}],
  ['a tag is made of content', { etagOf: sha256Of }],
])('an old shard stays that an indexer is about to name again, where %s', async (_, behaviour) => {
  const { scene: it, index, at } = scene(behaviour);
  for (const name of ['a-1-0.conda', 'a-2-0.conda']) {
    await it.copy(name);
    await index();
  }
  it.now += 3 * day;
  await it.remove('a-2-0.conda');
  const [stopped, goOn] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  let indexing: Promise<unknown> | undefined;
  at(`publish ${indexKey('conda', subdir, 'repodata_shards.msgpack.zst')}`, async () => {
    stopped.resolve();
    await goOn.promise;
  });
  // By then the prune has listed the shards.
  at(`list ${segmentPrefix('conda', subdir)}`, async () => {
    indexing = index();
    await stopped.promise;
  });
  await it.prune();
  await it.prune();
  goOn.resolve();
  await indexing;
  expect((await it.damage()).filter((one) => JSON.stringify(one).includes('shard'))).toEqual([]);
  it.now += 3 * day;
  expect((await it.prune()).objects.filter(({ kind }) => kind === 'shard')).toHaveLength(1);
});
