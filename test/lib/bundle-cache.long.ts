import { appendFileSync, cpSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cachedBundles, inputHash } from '../../lib/bundle/bundle-cache.ts';
import { temporaryFolder } from '../support/machine/temporary-folder.ts';

const root = resolve(import.meta.dirname, '../..');
const places = ['core', 'adapters', 'lambdas', 'lib', 'tsconfig.json', 'package.json', 'package-lock.json'];

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
beforeAll(async () => {
  folder = await temporaryFolder();
});
afterAll(() => folder[Symbol.asyncDispose]());

/** All that bundles are made of, elsewhere. */
function copied(name: string): string {
  const checkout = join(folder.path, name);
  for (const place of places) cpSync(join(root, place), join(checkout, place), { recursive: true });
  return checkout;
}

describe('the hash of what bundles are made of', () => {
  it('is the same of equal checkouts', () => {
    expect(inputHash(copied('a'))).toBe(inputHash(copied('b')));
    expect(inputHash(root)).toBe(inputHash(root));
  });

  it.each([
    'core/steps/plan.ts',
    'adapters/http-fetch.ts',
    'lambdas/indexer.ts',
    'lambdas/not-there-before.ts',
    'lib/shims/zod.mjs',
    'lib/bundle/bundle-functions.ts',
    'tsconfig.json',
    'package-lock.json',
    'node_modules/.package-lock.json',
  ])('changes with %s', (file) => {
    const checkout = copied('changed');
    const before = inputHash(checkout);
    mkdirSync(dirname(join(checkout, file)), { recursive: true });
    appendFileSync(join(checkout, file), ' ');
    expect(inputHash(checkout)).not.toBe(before);
    rmSync(checkout, { recursive: true });
  });

  it('changes when a file moves, and not for what is in no bundle', () => {
    const checkout = copied('moved');
    const before = inputHash(checkout);
    writeFileSync(join(checkout, 'lib/conda-channel.ts'), '');
    expect(inputHash(checkout)).toBe(before);
    cpSync(join(checkout, 'core/steps/plan.ts'), join(checkout, 'core/steps/plan-2.ts'));
    rmSync(join(checkout, 'core/steps/plan.ts'));
    expect(inputHash(checkout)).not.toBe(before);
  });
});

it('bundles are made once, whole or not at all, and those of other sources go', () => {
  const cache = join(folder.path, 'cache');
  const old = join(cache, 'plain', '0'.repeat(64));
  mkdirSync(old, { recursive: true });
  const own = join(folder.path, 'own');
  const first = cachedBundles(cache, own, { bz2: false });
  expect(readdirSync(join(cache, 'plain'))).toEqual([inputHash(root)]);
  expect(readdirSync(first.scraper).sort()).toEqual(['index.mjs', 'js_rattler_bg.wasm', 'solver-worker.mjs']);
  writeFileSync(join(first.scraper, 'planted'), '');
  const again = cachedBundles(cache, own, { bz2: false });
  expect([again, readdirSync(again.scraper)]).toEqual([first, expect.arrayContaining(['planted'])]);
});

it('where nobody may write, the bundles are made beside what they are for', () => {
  const cache = join(folder.path, 'a file');
  writeFileSync(cache, '');
  const own = join(folder.path, 'beside');
  expect(readdirSync(cachedBundles(cache, own, { bz2: true }).indexer)).toContain('bzip2-worker.mjs');
  expect(readdirSync(own)).toHaveLength(7);
});
