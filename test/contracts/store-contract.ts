import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compareCodePoints } from '../../core/json/json.ts';
import { chunkSize, chunksOf } from '../../core/ports/byte-source.ts';
import type { Store } from '../../core/ports/store.ts';
import { bytes, countUp, key, listed, textOf } from '../support/store/objects.ts';
import { modifiedContract } from './modified-contract.ts';
import { freshStores, type OpenStore } from './opened-store.ts';
import { stagingContract } from './staging-contract.ts';
import { storeModel, type TagRule } from './store-model.ts';

const absent = { absent: true } as const;

interface StorePromises {
  /** Bounds the random part, for backends that are far away. */
  readonly runs?: number;
  /** By default the stronger promise. */
  readonly tags?: TagRule;
}

/** What every backend of the store promises. */
export function storeContract(name: string, open: OpenStore, promises: StorePromises = {}): void {
  const { runs = 60, tags: tagRule = 'writes' } = promises;
  stagingContract(name, open);
  modifiedContract(name, open);
  describe(`${name} keeps the store contract`, () => {
    let store: Store;
    freshStores(open, (fresh) => {
      store = fresh;
    });

    const put = (where: string, text: string, condition?: Parameters<Store['put']>[2]) =>
      store.put(key(where), bytes(text), condition);
    const written = async (...args: Parameters<typeof put>): Promise<string> => {
      const outcome = await put(...args);
      if (outcome.status !== 'written') throw new Error(`not written: ${args[0]}`);
      return outcome.etag;
    };

    it('gives back what was put, and null for what was not', async () => {
      const etag = await written('conda/noarch/repodata.json', '{}');
      const object = await store.get(key('conda/noarch/repodata.json'));
      expect(object).toMatchObject({ key: 'conda/noarch/repodata.json', etag, size: 2, metadata: {} });
      expect(await textOf(object)).toBe('{}');
      for (const nothing of ['conda/noarch', 'conda/noarch/repodata', 'conda/noarch/repodata.json/x', 'conda/other']) {
        expect(await store.get(key(nothing))).toBeNull();
      }
    });

    it('holds empty objects and keys of every ordinary character', async () => {
      for (const where of ['empty', 'a b/c+d!e%20f', 'ключ/鍵', '_gatehouse/plans/x.json', '.hidden/..x', '-/~']) {
        await written(where, '', absent);
        expect(await textOf(await store.get(key(where)))).toBe('');
      }
    });

    it('reads any range, and refuses one that lies outside', async () => {
      await written('k', '0123456789');
      const object = await store.get(key('k'));
      expect(Buffer.from((await object?.read(3, 7)) ?? []).toString()).toBe('3456');
      expect(Buffer.from((await object?.read(3, 7, Buffer.alloc(8, 'x'))) ?? []).toString()).toBe('3456');
      expect((await object?.read(10, 10))?.length).toBe(0);
      await expect(object?.read(5, 11)).rejects.toThrow();
      await expect(object?.read(-1, 2)).rejects.toThrow();
      await expect(object?.read(3, 2)).rejects.toThrow();
      expect(
        await Promise.all([0, 1, 2].map(async (at) => Buffer.from((await object?.read(at, at + 1)) ?? [])[0])),
      ).toEqual([48, 49, 50]);
    });

    it('reads an object whole with its head, null where nothing is, and not what is larger than asked for', async () => {
      const etag = await written('k', '0123456789');
      const whole = await store.read(key('k'));
      expect(Buffer.from(whole?.bytes ?? []).toString()).toBe('0123456789');
      expect(whole).toMatchObject({ key: 'k', etag, size: 10, modified: (await store.get(key('k')))?.modified });
      expect((await store.read(key('k'), 10))?.bytes).toHaveLength(10);
      await expect(store.read(key('k'), 9)).rejects.toMatchObject({ code: 'store.broken', retry: false });
      await written('empty', '');
      expect((await store.read(key('empty'), 0))?.bytes).toHaveLength(0);
      for (const nothing of ['none', 'k/below', 'conda']) expect(await store.read(key(nothing))).toBeNull();
    });

    it('reads one version whole, with its tag, each time that 8 writers write without a pause', async () => {
      const tags = new Map([[await written('k', 'start'), 'start']]);
      let isOver = false;
      const writers = Array.from({ length: 8 }, async (_, writer) => {
        for (let turn = 0; !isOver; turn++) {
          const text = `${writer} ${turn} `.repeat(1 + ((writer * 31 + turn) % 500));
          tags.set(await written('k', text), text);
        }
      });
      const seen: [string, string][] = [];
      try {
        for (let read = 0; read < runs; read++) {
          const whole = await store.read(key('k'));
          seen.push([whole?.etag ?? '', Buffer.from(whole?.bytes ?? []).toString()]);
        }
      } finally {
        isOver = true;
        await Promise.all(writers);
      }
      for (const [etag, text] of seen) expect(text).toBe(tags.get(etag));
    });

    it('creates only where nothing is', async () => {
      await written('k', 'first', absent);
      expect(await put('k', 'second', absent)).toEqual({ status: 'conflict' });
      expect(await textOf(await store.get(key('k')))).toBe('first');
      await store.delete(key('k'));
      await written('k', 'third', absent);
    });

    it('replaces only the version that was named', async () => {
      expect(await put('k', 'x', { etag: 'no-such-tag' })).toEqual({ status: 'conflict' });
      expect(await store.get(key('k'))).toBeNull();
      const first = await written('k', 'first');
      const second = await written('k', 'secnd', { etag: first });
      expect(second).not.toBe(first);
      expect(await put('k', 'third', { etag: first })).toEqual({ status: 'conflict' });
      expect(await textOf(await store.get(key('k')))).toBe('secnd');
      expect((await store.get(key('k')))?.etag).toBe(second);
    });

    it('never has one tag for two versions of a key, whatever is written how fast', async () => {
      const tags = new Set<string>();
      for (let i = 0; i < 100; i++) tags.add(await written('k', `${tagRule === 'writes' ? i % 2 : i + 100}`));
      expect(tags.size).toBe(100);
    });

    it('lets one of 50 racing creators win', async () => {
      const outcomes = await Promise.all(Array.from({ length: 50 }, (_, i) => put('k', `creator ${i}`, absent)));
      const winners = outcomes.flatMap((outcome, i) => (outcome.status === 'written' ? [i] : []));
      expect(winners).toHaveLength(1);
      expect(await textOf(await store.get(key('k')))).toBe(`creator ${winners[0]}`);
    });

    it('replaces under a tag as a list gives it', async () => {
      await written('k', 'first');
      const [head] = await listed(store, 'k');
      await written('k', 'secnd', { etag: head?.etag ?? '' });
      expect(await put('k', 'third', { etag: head?.etag ?? '' })).toEqual({ status: 'conflict' });
    });

    it('replaces nothing that went away, whatever its tag was', async () => {
      const etag = await written('k', 'x');
      await store.delete(key('k'));
      expect(await put('k', 'y', { etag })).toEqual({ status: 'conflict' });
      expect(await store.get(key('k'))).toBeNull();
    });

    it('reads nothing more of an object that went away, or all of it', async () => {
      await written('k', 'x');
      const object = await store.get(key('k'));
      await store.delete(key('k'));
      const read = await object?.read(0, 1).catch((error: unknown) => error);
      if (read instanceof Uint8Array) expect(Buffer.from(read).toString()).toBe('x');
      else expect(read).toMatchObject({ code: 'store.conflict', retry: true });
    });

    it('loses no increment of 10 workers that add 10 each by compare-and-swap', async () => {
      await written('counter', '0');
      await Promise.all(Array.from({ length: 10 }, () => countUp(store, key('counter'), 10)));
      expect(await textOf(await store.get(key('counter')))).toBe('100');
    });

    it('deletes, also what is not there', async () => {
      await written('k', 'x');
      await store.delete(key('k'));
      await store.delete(key('k'));
      await store.delete(key('never/was'));
      expect(await store.get(key('k'))).toBeNull();
      expect(await listed(store, '')).toEqual([]);
    });

    it('lists every key with the prefix in order of code point, with the heads that get gives', async () => {
      const keys = ['a-b', 'a/b', 'a0', 'a/b-c', 'a/b.c/d', 'b', 'a/\u{1f40d}', 'a/\uff21', 'a/B', '_gatehouse/p'];
      for (const where of keys) await written(where, where);
      const inOrder = keys.toSorted(compareCodePoints);
      expect(inOrder.indexOf('a/\u{1f40d}')).toBeGreaterThan(inOrder.indexOf('a/\uff21'));
      for (const prefix of ['', 'a', 'a/', 'a/b', 'a/b.', 'a/b.c/', 'zz', 'b', 'b/', '_gate', '/', '../', 'a//']) {
        const found = await listed(store, prefix);
        expect(found.map((head) => head.key)).toEqual(inOrder.filter((where) => where.startsWith(prefix)));
        for (const head of found) expect(await store.get(head.key)).toMatchObject(head);
      }
    });

    it('keeps in a list what was there all along, whatever changes meanwhile', async () => {
      const stay = Array.from({ length: 30 }, (_, i) => `p/${String(i).padStart(2, '0')}-stays`);
      for (const where of stay) await written(where, 'x');
      const found: string[] = [];
      for await (const head of store.list('p/')) {
        found.push(head.key);
        await written(`p/${String(found.length).padStart(2, '0')}-added`, 'x');
        await written(head.key, 'replaced');
      }
      expect(found.filter((where) => where.endsWith('-stays'))).toEqual(stay);
      expect(found).toEqual(found.toSorted(compareCodePoints));
    });

    it('reads an object that is replaced meanwhile as it was, or not at all', async () => {
      const old = 'o'.repeat(3 * chunkSize);
      await written('k', old);
      const object = await store.get(key('k'));
      if (!object) throw new Error('absent');
      const slices: Uint8Array[] = [];
      const reading = (async () => {
        for await (const slice of chunksOf(object)) {
          if (slices.push(slice) === 1) await written('k', 'n'.repeat(3 * chunkSize));
        }
      })();
      const failure = await reading.then(
        () => null,
        (error: unknown) => error,
      );
      if (failure === null) expect(Buffer.concat(slices).toString()).toBe(old);
      else expect(failure).toMatchObject({ code: 'store.conflict', retry: true });
    });

    it('does what a map would, for any order of operations', async () => {
      await fc.assert(
        fc.asyncProperty(storeModel.commands, async (commands) => {
          const fresh = await open();
          try {
            await fc.asyncModelRun(() => ({ model: storeModel.empty(tagRule), real: fresh.store }), commands);
          } finally {
            await fresh.close();
          }
        }),
        { numRuns: runs },
      );
    });
  });
}
