import { expect, it } from 'vitest';
import { z } from 'zod';
import { objectKeySchema } from '../../../core/layout/keys.ts';
import { readJsonObject } from '../../../core/store/read-json-object.ts';
import { memoryStore } from '../../twins/store-memory.ts';

const key = objectKeySchema.parse('_gatehouse/runs/latest.json');
const write = (number: number) => Buffer.from(JSON.stringify({ number }));

/** Changes the object before so many of its reads. */
async function readWhileChanging(changes: number) {
  let left = changes;
  const store = memoryStore({
    async before(operation) {
      if (operation !== 'read' || left === 0) return;
      left -= 1;
      await store.put(key, write(changes - left));
    },
  });
  await store.put(key, write(0));
  return readJsonObject(store, key, z.object({ number: z.number() }));
}

it('reads an object again that changes while it is read', async () => {
  expect((await readWhileChanging(3))?.value).toEqual({ number: 3 });
});

it('gives up on one that never stands still, to be tried again', async () => {
  await expect(readWhileChanging(100)).rejects.toMatchObject({ code: 'store.conflict', retry: true });
});
