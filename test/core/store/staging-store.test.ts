import { expect, test } from 'vitest';
import { tokensKey } from '../../../core/layout/keys.ts';
import { stagingStore } from '../../../core/store/staging-store.ts';
import { storeContract } from '../../contracts/store-contract.ts';
import { key } from '../../support/store/objects.ts';
import { memoryStore } from '../../twins/store-memory.ts';

storeContract('what is staged of a store', async () => ({ store: stagingStore(memoryStore()), close: async () => {} }));

test('lies below staging/, and what is private below _gatehouse/staging/, but for what both sides share', async () => {
  const whole = memoryStore();
  const staged = stagingStore(whole);
  const bytes = Buffer.from('x');
  for (const path of ['conda/noarch/repodata.json', 'simple/a/index.json', '_gatehouse/control/conda/noarch.json']) {
    await staged.put(key(path), bytes);
  }
  for (const path of ['_gatehouse/names/simple/a/a-1.whl.json', '_gatehouse/allowlist.json', tokensKey]) {
    await staged.put(key(path), bytes);
  }
  expect([...whole.objects.keys()].sort()).toEqual([
    '_gatehouse/allowlist.json',
    '_gatehouse/names/simple/a/a-1.whl.json',
    '_gatehouse/staging/control/conda/noarch.json',
    '_gatehouse/tokens.json',
    'staging/conda/noarch/repodata.json',
    'staging/simple/a/index.json',
  ]);
  expect((await staged.get(key('simple/a/index.json')))?.key).toBe('simple/a/index.json');
});
