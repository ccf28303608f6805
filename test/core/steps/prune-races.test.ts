import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { sha256Of } from '../../../core/digest.ts';
import { shardIndex } from '../../../core/forms/shards/shard-index.ts';
import { readIndex } from '../../../core/index/read-index.ts';
import { indexKey, segmentPrefix, stateKey } from '../../../core/layout.ts';
import { subdir } from '../../support/index-scene.ts';
import { key } from '../../support/objects.ts';
import { day, hour, type PruneScene, pruneScene, withdrawn } from '../../support/prune-scene.ts';
import type { Fault, StoreOperation } from '../../twins/store-memory.ts';

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

const pool = ['a-1-0.conda', 'b-1-0.tar.bz2'];
const life = fc.record({
  name: fc.constantFrom(...pool),
  how: fc.constantFrom(
    'fetch',
    'fetch',
    'copy',
    'remove',
    'withdraw',
    'withdraw',
    'take back',
    'index',
    'leave a segment',
  ),
  after: fc.constantFrom(0, hour, 2 * day, 50 * day, 91 * day),
});
type Life = ReturnType<typeof life.generate>['value'];
const someLives = fc.array(life, { minLength: 3, maxLength: 15, size: 'max' });
const inTheEnd = fc.constantFrom(2 * hour, 91 * day, 91 * day, 200 * day);

/** A scene that all this happened in; `fault` is asked of everything that comes after. */
async function lived(
  lives: readonly Life[],
  end: number,
  fault: () => Fault | undefined = () => undefined,
): Promise<PruneScene> {
  let armed = false;
  const it = pruneScene({ fault: () => (armed ? fault() : undefined) });
  const decisions: Record<string, ReturnType<typeof withdrawn>> = {};
  const acts: Record<Life['how'], (name: string) => Promise<unknown>> = {
    fetch: async (name) => (it.has(at(name)) || name in decisions ? null : it.fetched(name)),
    copy: async (name) => (it.has(at(name)) ? null : it.copy(name)),
    remove: (name) => it.remove(name),
    withdraw: async (name) => {
      decisions[name] ??= withdrawn(it.now);
    },
    'take back': async (name) => delete decisions[name],
    index: () => it.index(),
    'leave a segment': (name) =>
      it.store.put(key(`${segmentPrefix('conda', subdir)}${sha256Of(name)}`), Buffer.from(name)),
  };
  for (const { name, how, after } of lives) {
    await acts[how](name);
    await it.decide(decisions);
    it.now += after;
  }
  await it.index();
  it.now += end;
  armed = true;
  return it;
}

const contents = (it: PruneScene) =>
  Object.fromEntries([...it.store.objects].map(([where, { bytes }]) => [where, sha256Of(bytes)]).sort());

describe('after any prune', () => {
  it('verify is clean, every record has its bytes, and what was copied in or is not withdrawn is there', async () => {
    let packages = 0;
    await fc.assert(
      fc.asyncProperty(someLives, inTheEnd, async (lives, end) => {
        const it = await lived(lives, end);
        const before = await readIndex(it.store, 'conda', subdir);
        const there = new Set(it.keys('conda/linux-64/'));
        const damage = await it.damage();
        const { objects, problems } = await it.prune();
        expect(problems).toEqual([]);
        for (const { key: gone } of objects.filter(({ kind }) => kind === 'package')) {
          packages += 1;
          expect(it.origin(gone)).toBe('upstream');
          expect([...(before ?? new Map()).keys()].map(at)).not.toContain(gone);
        }
        expect(await it.index()).toEqual([]);
        expect(await it.damage()).toEqual(damage);
        expect(await readIndex(it.store, 'conda', subdir)).toEqual(before);
        for (const { key: gone } of objects) there.delete(gone);
        expect(new Set(it.keys('conda/linux-64/'))).toEqual(there);
        expect((await it.prune()).objects).toEqual([]);
      }),
      { numRuns: 120, seed: 5 },
    );
    expect(packages).toBeGreaterThan(20);
  });

  it('one that was cut off anywhere is finished by the next', async () => {
    await fc.assert(
      fc.asyncProperty(
        someLives,
        inTheEnd,
        fc.nat({ max: 60 }),
        fc.constantFrom<Fault>('broken', 'ambiguous'),
        async (lives, end, left, fault) => {
          const whole = await lived(lives, end);
          await whole.prune();
          await whole.index();
          let calls = left;
          let over = false;
          const it = await lived(lives, end, () => (!over && calls-- <= 0 ? fault : undefined));
          await it.prune().catch((error) => expect(error).toMatchObject({ code: 'store.broken' }));
          over = true;
          const { problems } = await it.prune();
          expect(problems).toEqual([]);
          expect(await it.index()).toEqual([]);
          expect(contents(it)).toEqual(contents(whole));
        },
      ),
      { numRuns: 100 },
    );
  });
});
