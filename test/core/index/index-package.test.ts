import { describe, expect, it } from 'vitest';
import { packageThatLies } from '../../../core/gate/door/lying-file.ts';
import { indexPackage } from '../../../core/index/index-package.ts';
import { packageKey } from '../../../core/layout/keys.ts';
import { startDigests } from '../../../core/names/digest.ts';
import { packageFileNameSchema } from '../../../core/names/package-file-name.ts';
import { bytesSource } from '../../../core/ports/byte-source.ts';
import type { Store } from '../../../core/ports/store.ts';
import { storedDigests } from '../../../core/store/stored-digests.ts';
import { buildPackage, type PackageSpec } from '../../../local/sample/build-package.ts';
import { testGate } from '../../support/gate/test-gate.ts';
import { indexScene, subdir } from '../../support/index/index-scene.ts';

/** A store that adds up what is read of packages. */
function counting(store: Store): Store & { readonly counted: { bytes: number; reads: number } } {
  const counted = { bytes: 0, reads: 0 };
  const get: Store['get'] = async (where) => {
    const object = await store.get(where);
    if (object === null || !where.startsWith('conda/')) return object;
    const read: typeof object.read = (start, end) => {
      counted.bytes += end - start;
      counted.reads += 1;
      return object.read(start, end);
    };
    return { ...object, read };
  };
  return { ...store, get, counted };
}

/** Indexes one package whose hashes its metadata names, or does not; says what that read. */
async function readOf(spec: Pick<PackageSpec, 'format' | 'files'>, known = true) {
  const { bytes, filename: name } = await buildPackage({ name: 'big', version: '1', build: '0', subdir, ...spec });
  const scene = indexScene();
  const filename = packageFileNameSchema.parse(name);
  const where = packageKey('conda', subdir, filename);
  const digests = startDigests();
  digests.update(bytes);
  const facts = digests.finish();
  const { sha256, md5, size } = facts;
  await using staged = await scene.store.stage();
  await staged.write(bytes);
  await staged.publish(where, known ? { sha256, md5 } : {});
  await testGate(scene.store).judge(
    packageThatLies({ subdir, filename }, null, { bytes: bytesSource(bytes), digests: facts }),
  );
  const store = counting(scene.store);
  const listed = { key: where, etag: '', size, modified: 0, subdir, filename };
  const indexed = await indexPackage(listed, {}, { ...scene.world, store, digestsOf: storedDigests });
  const record = JSON.parse(Buffer.from(indexed?.record ?? []).toString());
  expect(record).toMatchObject({ name: 'big', sha256, md5, size });
  return { size, ...store.counted };
}

describe('with hashes known, indexing reads', () => {
  it.each([100_000, 3_000_000, 20_000_000])('at most 64 KiB of a .conda with %d bytes of payload', async (payload) => {
    const { size, bytes, reads } = await readOf({ format: '.conda', files: [{ path: 'lib/x', size: payload }] });
    expect(size).toBeGreaterThan(payload);
    expect(bytes).toBeLessThanOrEqual(64 * 1024);
    expect(reads).toBeLessThanOrEqual(2);
  });

  it('all of a small one once', async () => {
    const { size, bytes } = await readOf({ format: '.conda', files: [{ path: 'lib/x', content: 'x' }] });
    expect(bytes).toBe(size);
  });

  it('the first block of a .tar.bz2 and at most 64 KiB more, whatever its size', async () => {
    const { size, bytes } = await readOf({ format: '.tar.bz2', files: [{ path: 'lib/x', size: 1_900_000 }] });
    expect(size).toBeGreaterThan(1_900_000);
    // A block of what cannot be compressed is 900 kB, and a little more.
    expect(bytes).toBeLessThanOrEqual(920_000 + 64 * 1024);
  });
});

it.each(['.conda', '.tar.bz2'] as const)('with hashes unknown, reads a small %s once for all', async (format) => {
  const { size, bytes, reads } = await readOf({ format, files: [{ path: 'lib/x', size: 100_000 }] }, false);
  expect([bytes, reads]).toEqual([size, 1]);
});
