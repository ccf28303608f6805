import { describe, expect, it } from 'vitest';
import { sha256Of } from '../../core/names/digest.ts';
import type { Store } from '../../core/ports/store.ts';
import { indexProjects } from '../../core/steps/index-projects.ts';
import { testGate } from '../support/gate/test-gate.ts';
import { publishFiles, publishWorld } from '../support/publish/publish-scene.ts';
import { buildWheel } from '../support/python/build-wheel.ts';
import { seenInJson } from '../support/simple/read-pages.ts';
import { key, textOf } from '../support/store/objects.ts';
import { memoryStore, newBucket, type StoreOperation } from '../twins/store-memory.ts';

const worldOn = (store: ReturnType<typeof memoryStore>) => publishWorld({ store });
const isWrite = (operation: StoreOperation) => operation === 'put' || operation === 'publish';

const index = async (store: Store) => {
  const { projects, problems } = await indexProjects('all', {
    store,
    gate: testGate(store),
    clock: publishWorld().clock,
    log: () => {},
  });
  return [...projects.flatMap((each) => each.problems), ...problems].map(({ code }) => code);
};

/** What a project's page names, once all of it was found as the page says; null when there is no page. */
async function checkedPage(store: Store, project: string) {
  const page = await textOf(await store.get(key(`simple/${project}/index.json`)));
  if (page === null) return null;
  const files = seenInJson(page, project);
  for (const { fileName, sha256, metadata } of files) {
    const at = `simple/${project}/${fileName}`;
    for (const [name, expected] of [
      [at, sha256],
      [`${at}.metadata`, metadata],
    ] as const) {
      const found = await store.read(key(name));
      expect([name, found && sha256Of(found.bytes)]).toEqual([name, expected]);
    }
  }
  return files.map(({ fileName, sha256 }) => [fileName, sha256]);
}

const fileName = 'demo-1.0-py3-none-any.whl';
const other = 'demo-1.1-py3-none-any.whl';
const wheel = buildWheel();
const files = { [fileName]: wheel, [other]: buildWheel({ fileName: other }) };
const all = Object.entries(files).map(([name, bytes]) => [name, sha256Of(bytes)]);

describe('a publisher that is cut off before any of its writes', () => {
  it('leaves pages that name nothing that is not there, and the next one finishes it', async () => {
    let writes = 0;
    await publishFiles(files, worldOn(memoryStore({ before: (operation) => void (isWrite(operation) && writes++) })));
    // Of each of two files its name, provenance, METADATA and bytes; and its verdict, the entry of that, and the ledger's head.
    expect(writes).toBe(14);
    // All are judged before the first name is taken.
    const judging = 6;
    for (let kept = 0; kept < writes; kept++) {
      const bucket = newBucket();
      let left = kept;
      const dying = memoryStore(
        { fault: (operation) => (isWrite(operation) && left-- <= 0 ? 'broken' : undefined) },
        bucket,
      );
      await expect(publishFiles(files, worldOn(dying))).rejects.toThrow('injected');
      const store = memoryStore({}, bucket);
      await index(store);
      const listed = await checkedPage(store, 'demo');
      expect(all).toEqual(expect.arrayContaining(listed ?? []));
      // Other bytes get no name that the first one took, however little of it is there.
      const late = await publishFiles({ [fileName]: buildWheel({ files: { 'demo.py': 'x = 2\n' } }) }, worldOn(store));
      expect(late.problems.map(({ code }) => code)).toEqual(kept <= judging ? [] : ['publish.used-name']);
      if (kept <= judging) continue;
      expect((await publishFiles(files, worldOn(store))).problems).toEqual([]);
      expect(await index(store)).toEqual([]);
      expect(await checkedPage(store, 'demo')).toEqual(all);
    }
  });
});
