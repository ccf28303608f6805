import { expect, it } from 'vitest';
import { z } from 'zod';
import { objectKeySchema } from '../../../core/layout/keys.ts';
import { readJsonObject } from '../../../core/store/read-json-object.ts';
import { memoryStore } from '../../twins/store-memory.ts';

const key = objectKeySchema.parse('_gatehouse/runs/latest.json');
const write = (number: number) => Buffer.from(JSON.stringify({ number }));

it('reads an object whole, however many write it meanwhile', async () => {
  const operations: string[] = [];
  let written = 0;
  const store = memoryStore({
    async before(operation) {
      if (operation === 'put') return;
      operations.push(operation);
      await store.put(key, write(++written));
    },
  });
  await store.put(key, write(0));
  for (let read = 1; read <= 100; read++) {
    const found = await readJsonObject(store, key, z.object({ number: z.number() }));
    expect(found).toEqual({ value: { number: read }, etag: store.objects.get(key)?.etag });
  }
  expect(new Set(operations)).toEqual(new Set(['read whole']));
});
