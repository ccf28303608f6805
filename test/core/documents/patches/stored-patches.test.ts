import { expect, test } from 'vitest';
import { readStoredPatches } from '../../../../core/documents/patches/stored-patches.ts';
import { objectKeySchema } from '../../../../core/layout/keys.ts';
import { memoryStore } from '../../../twins/store-memory.ts';

const sound = Buffer.from('{"patch_instructions_version": 1, "remove": ["a-1-0.conda"]}');

/** A store with these files in `patches/`, all of the same sound hotfixes. */
async function storeWith(...names: readonly string[]) {
  const store = memoryStore();
  for (const name of names) await store.put(objectKeySchema.parse(`_gatehouse/patches/${name}`), sound);
  return store;
}

test('each subdir has its own, and hidden files are passed over', async () => {
  const patches = await readStoredPatches(await storeWith('.DS_Store', 'noarch.json', 'win-64.json'));
  expect([...patches.parse().keys()]).toEqual(['noarch', 'win-64']);
  const without = await readStoredPatches(await storeWith('noarch.json', 'win-64.json'));
  expect(patches.sha256).toBe(without.sha256);
});

test.each([
  ['linux-fake.json', /^(did you mean linux-\w+\.json\? )?mend it/],
  ['linux64.json', /^did you mean linux-64\.json\? mend it/],
  ['notes.txt', /^mend it/],
])('%s is not named for a subdir', async (name, hint) => {
  const patches = await readStoredPatches(await storeWith(name));
  expect(() => patches.parse()).toThrow(
    expect.objectContaining({
      code: 'patches.invalid',
      message: `patches/${name} is not named for a subdir`,
      hint: expect.stringMatching(hint),
    }),
  );
});
