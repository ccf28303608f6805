import { describe, expect, it } from 'vitest';
import { readIndex } from '../../../core/index/read-index.ts';
import { indexKey, segmentPrefix, stateKey } from '../../../core/layout/keys.ts';
import { sha256Of } from '../../../core/names/digest.ts';
import { shardIndex } from '../../../core/outputs/shards/shard-index.ts';
import { subdir } from '../../support/index/index-scene.ts';
import { day, type PruneScene, pruneScene, withdrawn } from '../../support/index/prune-scene.ts';
import { key } from '../../support/store/objects.ts';
import type { StoreOperation } from '../../twins/store-memory.ts';

const [a, b] = ['a-1-0.conda', 'b-1-0.conda'];
const at = (name: string) => `conda/linux-64/${name}`;

/** Does something once, right before an operation takes effect. */
interface Barrier {
  readonly operation: StoreOperation;
  readonly where: string | RegExp;
  act(): Promise<unknown>;
}

function scene(): { scene: PruneScene; barrier(next: Barrier): void; met(): boolean } {
  let armed: Barrier | null = null;
  const made = pruneScene({
    async before(operation, where) {
      if (armed?.operation !== operation) return;
      if (typeof armed.where === 'string' ? armed.where !== where : !armed.where.test(where)) return;
      const { act } = armed;
      armed = null;
      await act();
    },
  });
  const barrier = (next: Barrier) => {
    armed = next;
  };
  return { scene: made, barrier, met: () => armed === null };
}

/** A scene with `a` withdrawn 91 days ago and `b` there. */
async function withOld() {
  const made = scene();
  for (const name of [a, b]) await made.scene.fetched(name);
  await made.scene.decide({ [a]: withdrawn(made.scene.now) });
  await made.scene.index();
  made.scene.now += 91 * day;
  return made;
}

describe('a prune beside an indexer', () => {
  it('leaves a segment that was written and is about to be named', async () => {
    const { scene: it, barrier, met } = await withOld();
    await it.prune();
    await it.index();
    it.now += 5 * day;
    await it.copy('c-1-0.conda');
    barrier({ operation: 'put', where: stateKey('conda', subdir), act: () => it.prune() });
    expect(await it.index()).toEqual([]);
    expect(met()).toBe(true);
    expect(await it.damage()).toEqual([]);
  });

  it('leaves what one still reads who publishes a state that was replaced meanwhile', async () => {
    const { scene: it, barrier, met } = await withOld();
    await it.prune();
    await it.index();
    it.now += 5 * day;
    await it.store.delete(key('conda/linux-64/current_repodata.json'));
    const act = async () => {
      await it.copy('c-1-0.conda');
      await it.index();
      await it.prune();
    };
    // Its index files are lost: it has read the state and is about to read its segments once more.
    barrier({ operation: 'stage', where: '', act });
    expect(await it.index()).toEqual([]);
    expect(met()).toBe(true);
    expect(await it.damage()).toEqual([]);
  });

  it('that names again what a state of long ago named: it is made anew, and nothing is lost', async () => {
    const { scene: it, barrier, met } = await withOld();
    await it.prune();
    await it.index();
    await it.copy('c-1-0.conda');
    await it.index();
    it.now += 2 * day;
    await it.remove('c-1-0.conda');
    // Later than the prune's own look at the state, and before the indexer's write of it.
    barrier({ operation: 'put', where: stateKey('conda', subdir), act: () => it.prune() });
    await it.index();
    expect(met()).toBe(true);
    expect(await it.damage()).toEqual([]);
    expect(await it.index()).toEqual([]);
  });
});

describe('a prune beside a sync', () => {
  const listing = { operation: 'list', where: segmentPrefix('conda', subdir) } as const;

  it('leaves what control took back after it looked', async () => {
    const { scene: it, barrier, met } = await withOld();
    barrier({ ...listing, act: () => it.decide({ [a]: { why: ['a'] } }) });
    expect((await it.prune()).objects.filter(({ kind }) => kind === 'package')).toEqual([]);
    expect(met()).toBe(true);
    expect(it.has(at(a))).toBe(true);
  });

  it('leaves what was fetched again after it looked', async () => {
    const { scene: it, barrier, met } = await withOld();
    const act = async () => {
      const { bytes } = it.store.objects.get(key(at(a))) ?? expect.unreachable();
      await it.store.delete(key(at(a)));
      await it.store.put(key(at(a)), bytes);
    };
    barrier({ ...listing, act });
    expect((await it.prune()).objects.filter(({ kind }) => kind === 'package')).toEqual([]);
    expect(met()).toBe(true);
    expect(it.has(at(a))).toBe(true);
  });

  it('says nothing of what went meanwhile', async () => {
    const { scene: it, barrier, met } = await withOld();
    barrier({ ...listing, act: () => it.remove(a) });
    expect((await it.prune()).objects.filter(({ kind }) => kind === 'package')).toEqual([]);
    expect(met()).toBe(true);
  });

  it('leaves a shard that is named after it looked', async () => {
    const { scene: it, barrier, met } = await withOld();
    const shard = sha256Of('shard');
    const where = key(`conda/linux-64/shards/${shard}.msgpack.zst`);
    await it.store.put(where, Buffer.from('shard'));
    const publish = async (shards: ReadonlyMap<string, typeof shard>) => {
      const index = indexKey('conda', subdir, 'repodata_shards.msgpack.zst');
      const there = it.store.objects.get(index);
      await using staged = await it.store.stage();
      await staged.write(shardIndex({ subdir, createdAt: 0, shards }));
      await staged.publish(index, { generation: '99' }, there ? { etag: there.etag } : { absent: true });
    };
    await publish(new Map());
    it.now += 3 * day;
    barrier({ ...listing, act: () => publish(new Map([['name', shard]])) });
    await it.prune();
    expect(met()).toBe(true);
    expect(it.has(where)).toBe(true);
  });

  it('that takes back what is being deleted lists no bytes that are gone, once the index has run', async () => {
    const { scene: it, barrier, met } = await withOld();
    const act = async () => {
      await it.decide({ [a]: { why: ['a'] } });
      await it.index();
    };
    barrier({ operation: 'delete', where: at(a), act });
    await it.prune();
    expect(met()).toBe(true);
    expect(await it.index()).toEqual([]);
    expect([...((await readIndex(it.store, 'conda', subdir)) ?? new Map()).keys()]).toEqual([b]);
    expect(await it.damage()).toEqual([]);
    expect(it.keys(`_gatehouse/provenance/${at(a)}`)).toHaveLength(1);
  });

  it('whose subdir never comes to rest says so, and deletes nothing of what it was not sure of', async () => {
    const { scene: it, barrier } = await withOld();
    let turns = 0;
    const act = async () => {
      turns += 1;
      await it.decide({ [a]: withdrawn(it.now - 91 * day), x: { why: [`${turns}`] } });
      barrier({ ...listing, act });
    };
    barrier({ ...listing, act });
    const { objects, problems } = await it.prune();
    expect(objects).toEqual([]);
    expect(problems).toMatchObject([{ code: 'prune.changed', subject: 'linux-64' }]);
    expect(turns).toBe(5);
  });
});
