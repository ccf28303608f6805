import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { folderStore } from '../../../adapters/store-folder/store-folder.ts';
import { readIndex } from '../../../core/index/read-index.ts';
import { indexSubdir } from '../../../core/steps/index-subdir.ts';
import { type BuiltPackage, buildPackage, type PackageSpec } from '../../../local/sample/build-package.ts';
import { indexScene, subdir } from '../../support/index/index-scene.ts';
import { temporaryFolder } from '../../support/machine/temporary-folder.ts';
import { key, listed } from '../../support/store/objects.ts';

/** A package of two bzip2 blocks: all of `info/` is in the first. */
const build = (format: PackageSpec['format'], depends: readonly string[] = []): Promise<BuiltPackage> =>
  buildPackage({
    name: 'a',
    version: '1',
    build: '0',
    subdir,
    format,
    depends: [...depends],
    files: [{ path: 'lib/x', size: 1_000_000 }],
  });

/** Two packages of one name and size. */
async function twoOfOneSize(): Promise<[BuiltPackage, BuiltPackage]> {
  const bySize = new Map<number, BuiltPackage>();
  for (let i = 0; i < 10; i++) {
    const built = await build('.conda', [`dep${i}`]);
    const same = bySize.get(built.bytes.length);
    if (same !== undefined) return [same, built];
    bySize.set(built.bytes.length, built);
  }
  return expect.unreachable();
}

describe('a package that is still being copied', () => {
  it.each(['.tar.bz2', '.conda'] as const)('is a problem until all of a %s is there, and then none', async (format) => {
    const { bytes, filename } = await build(format);
    const where = key(`conda/linux-64/${filename}`);
    for (const missing of [1, 30_000]) {
      const scene = indexScene();
      await scene.store.put(where, bytes.subarray(0, -missing));
      expect(await indexSubdir(subdir, scene.world)).toMatchObject({
        packages: 0,
        problems: [{ code: 'package.refused' }],
      });
      expect(await listed(scene.store, '_gatehouse/provenance/')).toEqual([]);
      await scene.store.put(where, bytes);
      expect(await indexSubdir(subdir, scene.world)).toMatchObject({ packages: 1, problems: [] });
    }
  });

  it('is not one that zeros follow, which the gate rejects: one client stops before them, another fails on them', async () => {
    const { bytes, filename } = await buildPackage({ name: 'a', version: '1', build: '0', subdir, format: '.tar.bz2' });
    const scene = indexScene();
    await scene.store.put(key(`conda/linux-64/${filename}`), Buffer.concat([bytes, Buffer.alloc(100)]));
    const problem = { code: 'gate.rejected', detail: expect.stringMatching(/^A7\./) };
    expect(await indexSubdir(subdir, scene.world)).toMatchObject({ packages: 0, problems: [problem] });
  });

  it('over another of its name is read again: never hashes of one with the metadata of the other', async () => {
    await using folder = await temporaryFolder();
    const [one, other] = await twoOfOneSize();
    const path = join(folder.path, 'conda', 'linux-64', one.filename);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, one.bytes);
    const store = folderStore(folder.path);
    let written = false;
    // Asked between the hashing of a package and the reading of its metadata.
    async function* list(prefix: string) {
      if (prefix.startsWith('_gatehouse/provenance/') && !written) await writeFile(path, other.bytes);
      written ||= prefix.startsWith('_gatehouse/provenance/');
      yield* store.list(prefix);
    }
    const indexed = await indexSubdir(subdir, { ...indexScene().world, store: { ...store, list } });
    expect(written).toBe(true);
    expect(indexed).toMatchObject({ packages: 1, problems: [] });
    const [record] = [...((await readIndex(store, 'conda', subdir)) ?? []).values()];
    expect(record).toMatchObject({ depends: other.index['depends'], sha256: other.digests.sha256 });
  });
});
