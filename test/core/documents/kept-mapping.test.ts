import { expect, it } from 'vitest';
import { keepMapping, readKeptMapping } from '../../../core/documents/kept-mapping.ts';
import { mappingKey } from '../../../core/layout/keys.ts';
import { memoryStore, newBucket } from '../../twins/store-memory.ts';

const url = 'https://names.invalid/mapping.json';
const mapping = { 'python-graphviz': ['graphviz'], '7zip': null };

it('is what was kept of this very URL', async () => {
  const store = memoryStore();
  expect(await readKeptMapping(store, url)).toBeNull();
  await keepMapping(store, url, mapping);
  expect(await readKeptMapping(store, url)).toEqual(mapping);
  expect(await readKeptMapping(store, `${url}?`)).toBeNull();
});

it('is none where it is damaged, and the store is no reason to think so', async () => {
  const bucket = newBucket();
  await memoryStore({}, bucket).put(mappingKey, Buffer.from('{'));
  expect(await readKeptMapping(memoryStore({}, bucket), url)).toBeNull();
  const broken = memoryStore({ fault: () => 'broken' }, bucket);
  await expect(readKeptMapping(broken, url)).rejects.toThrow();
});
