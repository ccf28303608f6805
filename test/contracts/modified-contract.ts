import { describe, expect, it } from 'vitest';
import type { Store } from '../../core/ports/store.ts';
import { bytes, key, listed, textOf } from '../support/store/objects.ts';
import { freshStores, type OpenStore } from './opened-store.ts';

/** What every twin of the store promises about the time of an object; part of `storeContract`. */
export function modifiedContract(name: string, open: OpenStore): void {
  describe(`${name} keeps the contract of times`, () => {
    let store: Store;
    freshStores(open, (fresh) => {
      store = fresh;
    });
    const put = (where: string, text: string) => store.put(key(where), bytes(text));

    it('tells when an object was written, to the minute, and the same by get and by list', async () => {
      const before = Date.now();
      await put('k', 'x');
      await using staged = await store.stage();
      await staged.write(bytes('y'));
      await staged.publish(key('l'), {});
      const heads = await listed(store, '');
      expect(heads.map((head) => head.key)).toEqual(['k', 'l']);
      for (const head of heads) {
        expect(head.modified).toBeGreaterThan(before - 60_000);
        expect(head.modified).toBeLessThan(Date.now() + 60_000);
        expect((await store.get(head.key))?.modified).toBe(head.modified);
      }
    });

    it('leaves that time as it is when an object is read, and never sets it back', async () => {
      await put('k', 'x');
      const first = await store.get(key('k'));
      await textOf(first);
      expect((await store.get(key('k')))?.modified).toBe(first?.modified);
      await put('k', 'other');
      expect((await store.get(key('k')))?.modified).toBeGreaterThanOrEqual(first?.modified ?? Number.NaN);
    });
  });
}
