import { describe, expect, it } from 'vitest';
import { sha256Of } from '../../core/names/digest.ts';
import { chunkSize } from '../../core/ports/byte-source.ts';
import type { Condition, Store } from '../../core/ports/store.ts';
import { GatehouseError } from '../../core/problems/error.ts';
import { bytes, key, listed, textOf } from '../support/store/objects.ts';
import { freshStores, type OpenStore } from './opened-store.ts';

/** What every backend of the store promises about bytes on their way in; part of `storeContract`. */
export function stagingContract(name: string, open: OpenStore): void {
  describe(`${name} keeps the contract of staging`, () => {
    let store: Store;
    freshStores(open, (fresh) => {
      store = fresh;
    });
    const put = (where: string, text: string) => store.put(key(where), bytes(text));

    it('shows staged bytes to their owner only, until they are published whole', async () => {
      const text = 'x'.repeat(chunkSize) + 'y'.repeat(10);
      await using staged = await store.stage();
      for (let at = 0; at < text.length; at += 100_000) await staged.write(bytes(text.slice(at, at + 100_000)));
      expect(await textOf(await staged.source())).toBe(text);
      expect(await listed(store, 'conda/')).toEqual([]);
      const metadata = { sha256: sha256Of(text), note: 'x' };
      const outcome = await staged.publish(key('conda/noarch/p.conda'), metadata);
      const object = await store.get(key('conda/noarch/p.conda'));
      expect(outcome).toEqual({ status: 'written', etag: object?.etag });
      expect(object?.metadata).toEqual(metadata);
      expect(await textOf(object)).toBe(text);
    });

    it('publishes only where nothing is, and nothing when it is not told to', async () => {
      await put('k', 'there');
      const before = await store.get(key('k'));
      {
        await using staged = await store.stage();
        await staged.write(bytes('other'));
        expect(await staged.publish(key('k'), { a: 'b' })).toEqual({ status: 'conflict' });
      }
      {
        await using staged = await store.stage();
        await staged.write(bytes('thrown away'));
      }
      const after = await store.get(key('k'));
      expect([after?.etag, after?.metadata, await textOf(after)]).toEqual([before?.etag, {}, 'there']);
      expect((await listed(store, '')).map((head) => head.key)).toEqual(['k']);
    });

    it('lets one of 20 racing publishers win, with its own metadata', async () => {
      const outcomes = await Promise.all(
        Array.from({ length: 20 }, async (_, i) => {
          await using staged = await store.stage();
          await staged.write(bytes(`publisher ${i}`));
          return await staged.publish(key('conda/p'), { by: `publisher ${i}` });
        }),
      );
      expect(outcomes.filter(({ status }) => status === 'written')).toHaveLength(1);
      const object = await store.get(key('conda/p'));
      expect(object?.metadata).toEqual({ by: await textOf(object) });
    });

    it('replaces only the version that was named, with its metadata', async () => {
      const publish = async (text: string, condition?: Condition) => {
        await using staged = await store.stage();
        await staged.write(bytes(text));
        return await staged.publish(key('k'), { about: text }, condition);
      };
      expect(await publish('early', { etag: 'no-such-tag' })).toEqual({ status: 'conflict' });
      expect(await store.get(key('k'))).toBeNull();
      await publish('first');
      const first = await store.get(key('k'));
      const second = await publish('secnd', { etag: first?.etag ?? '' });
      expect(await publish('third', { etag: first?.etag ?? '' })).toEqual({ status: 'conflict' });
      const object = await store.get(key('k'));
      expect(second).toEqual({ status: 'written', etag: object?.etag });
      expect([object?.metadata, await textOf(object)]).toEqual([{ about: 'secnd' }, 'secnd']);
      expect(object?.etag).not.toBe(first?.etag);
    });

    it('takes no bytes after publishing', async () => {
      await using staged = await store.stage();
      await staged.write(bytes('checked'));
      await staged.publish(key('k'), {});
      await expect(staged.write(bytes('late'))).rejects.toBeInstanceOf(GatehouseError);
      expect(await textOf(await store.get(key('k')))).toBe('checked');
    });

    it('drops metadata with the bytes it was about', async () => {
      await using staged = await store.stage();
      await staged.write(bytes('old'));
      await staged.publish(key('k'), { sha256: 'of old' });
      await put('k', 'new');
      expect((await store.get(key('k')))?.metadata).toEqual({});
    });
  });
}
