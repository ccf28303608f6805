import { expect, it } from 'vitest';
import { indexKey } from '../../../core/layout/keys.ts';
import { noarch } from '../../../core/names/subdir.ts';
import { indexSubdir } from '../../../core/steps/index-subdir.ts';
import { indexScene } from '../../support/index/index-scene.ts';

const json = indexKey('conda', noarch, 'repodata.json');
const zst = indexKey('conda', noarch, 'repodata.json.zst');

it('writes the zst first, so that no client sees a zst older than the json', async () => {
  const published: string[] = [];
  const { world } = indexScene({ before: (operation, key) => void (operation === 'publish' && published.push(key)) });
  await indexSubdir(noarch, world);
  expect(published.slice(0, 2)).toEqual([zst, json]);
});

it('leaves the json as it is when the zst cannot be written', async () => {
  const { store, world } = indexScene({
    fault: (operation, key) => (operation === 'publish' && key.endsWith('.zst') ? 'broken' : undefined),
  });
  await expect(indexSubdir(noarch, world)).rejects.toMatchObject({ code: 'store.broken' });
  expect([...store.objects.keys()].filter((key) => key.startsWith('conda/'))).toEqual([]);
});
