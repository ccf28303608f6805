import { expect, it } from 'vitest';
import { indexKey } from '../../../core/layout.ts';
import { indexSubdir } from '../../../core/steps/index.ts';
import { noarch } from '../../../core/subdir.ts';
import { memoryStore } from '../../twins/store-memory.ts';

it('writes the zst first, so that no client sees a zst older than the json', async () => {
  const puts: string[] = [];
  const store = memoryStore({ before: (operation, key) => void (operation === 'put' && puts.push(key)) });
  await indexSubdir(noarch, { store, channel: 'conda', clock: { now: () => 0 }, log: () => {} });
  expect(puts).toEqual([indexKey('conda', noarch, 'repodata.json.zst'), indexKey('conda', noarch, 'repodata.json')]);
});

it('leaves the json as it is when the zst cannot be written', async () => {
  const store = memoryStore({
    fault: (operation, key) => (operation === 'put' && key.endsWith('.zst') ? 'broken' : undefined),
  });
  const world = { store, channel: 'conda' as const, clock: { now: () => 0 }, log: () => {} };
  await expect(indexSubdir(noarch, world)).rejects.toMatchObject({ code: 'store.broken' });
  expect([...store.objects.keys()]).toEqual([]);
});
