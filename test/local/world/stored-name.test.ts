import { beforeEach, expect, test } from 'vitest';
import { keepAllowlist } from '../../../core/documents/allowlist/stored-allowlist.ts';
import { GatehouseError } from '../../../core/problems/error.ts';
import { storedName } from '../../../local/world/stored-name.ts';
import { type MemoryStore, memoryStore } from '../../twins/store-memory.ts';

const synced = (store: MemoryStore, name?: string) =>
  keepAllowlist(
    store,
    Buffer.from(JSON.stringify({ ...(name && { name }), channels: [], platforms: ['linux-64'], packages: [] })),
  );

let store: MemoryStore;
let now = 0;
beforeEach(() => {
  store = memoryStore();
  now = 0;
});

test('the name is that of the last sync, looked up once a minute', async () => {
  const name = storedName(store, () => now);
  expect(await name()).toBe('gatehouse');
  await synced(store, 'acme');
  now += 59_999;
  expect(await name()).toBe('gatehouse');
  now += 1;
  expect(await Promise.all([name(), name()])).toEqual(['acme', 'acme']);
  await synced(store);
  now += 60_000;
  expect(await name()).toBe('gatehouse');
});

test('it stays what it was where none can be read', async () => {
  let isDenied = false;
  const before = () => {
    if (isDenied) throw new GatehouseError('store.denied', 'not for you');
  };
  const denied = memoryStore({ before });
  const name = storedName(denied, () => now);
  await synced(denied, 'acme');
  expect(await name()).toBe('acme');
  isDenied = true;
  now += 60_000;
  expect(await name()).toBe('acme');
  isDenied = false;
  await keepAllowlist(denied, Buffer.from('{'));
  now += 60_000;
  expect(await name()).toBe('acme');
});
