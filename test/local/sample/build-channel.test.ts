import { access, mkdtempDisposable, readdir, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { zstdDecompressSync } from 'node:zlib';
import { decode } from '@msgpack/msgpack';
import { expect, test } from 'vitest';
import { buildChannel } from '../../../local/sample/build-channel.ts';
import { buildPackage, type PackageSpec } from '../../../local/sample/build-package.ts';

const spec: PackageSpec = {
  name: 'campus-tool',
  version: '1.0',
  build: '0',
  subdir: 'linux-64',
  format: '.conda',
  depends: ['campus-base >=9'],
  extraIndex: { unknown: 1, has_prefix: true },
};
const old: PackageSpec = { ...spec, format: '.tar.bz2' };
const temporary = () => mkdtempDisposable(join(tmpdir(), 'gatehouse-'));
const readJson = async (...path: string[]) => JSON.parse(await readFile(join(...path), 'utf8'));
const readPacked = async (...path: string[]) => zstdDecompressSync(await readFile(join(...path)));

test('records are the index less what no record carries, with digests, and hotfixes laid over', async () => {
  await using folder = await temporary();
  const patches = { 'campus-tool-1.0-0.conda': { depends: ['campus-base >=1'] } };
  await buildChannel(folder.path, [spec, old], { patches });
  const { digests, bytes } = await buildPackage(spec);
  const document = await readJson(folder.path, 'linux-64', 'repodata.json');
  expect(document['packages.conda']['campus-tool-1.0-0.conda']).toEqual({
    name: 'campus-tool',
    version: '1.0',
    build: '0',
    build_number: 0,
    subdir: 'linux-64',
    depends: ['campus-base >=1'],
    license: 'BSD-3-Clause',
    timestamp: 1704067200000,
    unknown: 1,
    ...digests,
  });
  expect(document.packages['campus-tool-1.0-0.tar.bz2'].depends).toEqual(['campus-base >=9']);
  expect(await readFile(join(folder.path, 'linux-64', 'campus-tool-1.0-0.conda'))).toEqual(Buffer.from(bytes));
  expect(await readJson(folder.path, 'noarch', 'repodata.json')).toEqual({
    info: { subdir: 'noarch' },
    packages: {},
    'packages.conda': {},
    removed: [],
    repodata_version: 1,
  });
});

test('the three forms say the same', async () => {
  await using folder = await temporary();
  await buildChannel(folder.path, [spec, old, { ...old, name: 'campus-base' }]);
  const json = await readFile(join(folder.path, 'linux-64', 'repodata.json'));
  expect(await readPacked(folder.path, 'linux-64', 'repodata.json.zst')).toEqual(json);
  const index = decode(await readPacked(folder.path, 'linux-64', 'repodata_shards.msgpack.zst'));
  const { shards, info } = index as { shards: Record<string, Uint8Array>; info: Record<string, string> };
  expect(info).toMatchObject({ subdir: 'linux-64', base_url: '', shards_base_url: './shards/' });
  const merged = { packages: {}, 'packages.conda': {} };
  for (const hash of Object.values(shards)) {
    expect(hash).toBeInstanceOf(Uint8Array);
    const shard = await readPacked(folder.path, 'linux-64/shards', `${Buffer.from(hash).toString('hex')}.msgpack.zst`);
    const { packages, 'packages.conda': conda } = hexed(decode(shard)) as typeof merged;
    Object.assign(merged.packages, packages);
    Object.assign(merged['packages.conda'], conda);
  }
  expect(JSON.parse(json.toString())).toMatchObject(merged);
  expect(Object.keys(shards)).toEqual(['campus-base', 'campus-tool']);
  expect(Object.keys(merged.packages)).toHaveLength(2);
});

/** Bytes as hex, however deep; every hash must have been bytes. */
function hexed(value: unknown): unknown {
  if (value instanceof Uint8Array) return Buffer.from(value).toString('hex');
  if (Array.isArray(value) || typeof value !== 'object' || value === null) return value;
  for (const key of ['md5', 'sha256']) if (key in value) expect(value).toHaveProperty(key, expect.any(Uint8Array));
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, hexed(member)]));
}

test('only the forms asked for are written, and a base URL is stated', async () => {
  await using folder = await temporary();
  await buildChannel(folder.path, [spec], { forms: ['json'], baseUrl: 'https://files.invalid/a', subdirs: ['win-64'] });
  expect((await readdir(folder.path)).sort()).toEqual(['linux-64', 'noarch', 'win-64']);
  expect((await readdir(join(folder.path, 'linux-64'))).sort()).toEqual(['campus-tool-1.0-0.conda', 'repodata.json']);
  expect(await readJson(folder.path, 'linux-64', 'repodata.json')).toMatchObject({
    info: { base_url: 'https://files.invalid/a/linux-64/' },
    repodata_version: 2,
  });
});

test('a package already in a file is indexed as it was described', async () => {
  await using folder = await temporary();
  const { bytes: _, ...elsewhere } = await buildPackage(spec);
  await buildChannel(folder.path, [elsewhere]);
  const document = await readJson(folder.path, 'linux-64', 'repodata.json');
  expect(document['packages.conda']['campus-tool-1.0-0.conda']).toMatchObject(elsewhere.digests);
  await expect(access(join(folder.path, 'linux-64', 'campus-tool-1.0-0.conda'))).rejects.toThrow('ENOENT');
});

test('a hotfix for nothing is a mistake', async () => {
  await using folder = await temporary();
  await expect(buildChannel(folder.path, [spec], { patches: { 'typo-1-0.conda': {} } })).rejects.toThrow('typo-1-0');
});
