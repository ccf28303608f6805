import { expect, it } from 'vitest';
import { readRecall } from '../../../core/documents/gate/recalled.ts';
import { keyOfVerdict, readVerdict } from '../../../core/documents/gate/verdict.ts';
import { recallKey } from '../../../core/layout/gate-keys.ts';
import type { ObjectKey } from '../../../core/layout/keys.ts';
import { sha256Of } from '../../../core/names/digest.ts';
import type { Store } from '../../../core/ports/store.ts';
import { memoryStore } from '../../twins/store-memory.ts';

const id = 'noarch/x-1.0-0.conda';
const sha256 = sha256Of('x');
const readings: [string, ObjectKey, (store: Store) => Promise<unknown>, string][] = [
  ['recall', recallKey(sha256), (store) => readRecall(store, sha256), 'may come in again'],
  ['verdict', keyOfVerdict(id, sha256), (store) => readVerdict(store, id, sha256), 'gatehouse sweep'],
];

it.each(readings)('a damaged %s says what to do', async (_, key, read, hint) => {
  const store = memoryStore();
  await store.put(key, Buffer.from('{'));
  const error = { code: 'json.invalid', message: `${key} is not JSON`, hint: expect.stringContaining(hint) };
  await expect(read(store)).rejects.toMatchObject(error);
});
