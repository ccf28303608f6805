import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type BucketHome, bucketHome, homeBucket } from '../support/cloud/bucket-home.ts';
import { buildSdist } from '../support/python/build-sdist.ts';
import { buildWheel } from '../support/python/build-wheel.ts';

const store = ['--store', `s3://${homeBucket}`];
const dist = ['dist/demo-1.0-py3-none-any.whl', 'dist/demo-1.0.tar.gz'];

let home: BucketHome;
beforeAll(async () => {
  home = await bucketHome();
  const allowlist = { channels: [], platforms: ['linux-64'], python: ['3.12'], packages: [], reserved: ['demo'] };
  await writeFile(join(home.path, 'allowlist.json'), JSON.stringify(allowlist));
  await mkdir(join(home.path, 'dist'));
  await writeFile(join(home.path, 'dist/demo-1.0-py3-none-any.whl'), buildWheel());
  await writeFile(join(home.path, 'dist/demo-1.0.tar.gz'), buildSdist());
  expect((await home.run(['sync', ...store])).status).toBe(0);
});
afterAll(() => home[Symbol.asyncDispose]());

it('in a bucket: staged, promoted, there already, and never with other bytes', async () => {
  const staged = await home.run(['publish', '--to', 'staging', ...store, ...dist]);
  expect(staged.status, staged.stderr).toBe(0);
  const promoted = await home.run(['promote', 'demo', '1.0', ...store]);
  expect(promoted.status, promoted.stderr).toBe(0);
  const own = ['demo-1.0-py3-none-any.whl', 'demo-1.0-py3-none-any.whl.metadata', 'demo-1.0.tar.gz'];
  const pages = ['index.html', 'index.json'];
  for (const part of ['', 'staging/']) {
    const keys = [...own, ...pages].map((name) => `${part}simple/demo/${name}`);
    expect(Object.keys(home.tags(`${part}simple/demo/`))).toEqual(keys);
  }
  const tags = Object.values(home.tags('simple/demo/')).slice(0, own.length);
  expect(Object.values(home.tags('staging/simple/demo/')).slice(0, own.length)).toEqual(tags);
  const before = home.tags('');
  const again = await home.run(['publish', ...store, ...dist]);
  expect([again.status, again.stderr]).toEqual([0, expect.stringContaining('was there   /simple/demo/')]);
  await writeFile(join(home.path, 'dist/demo-1.0-py3-none-any.whl'), buildWheel({ files: { 'demo.py': 'x = 2' } }));
  const other = await home.run(['publish', ...store, ...dist]);
  expect([other.status, other.stderr]).toEqual([1, expect.stringContaining('publish.used-name')]);
  expect(home.tags('')).toEqual(before);
  const verified = await home.run(['verify', ...store]);
  expect([verified.status, verified.stderr]).toEqual([0, expect.stringContaining('0 problems')]);
});
