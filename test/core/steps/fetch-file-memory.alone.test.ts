import { createReadStream } from 'node:fs';
import { mkdtempDisposable, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, it } from 'vitest';
import { folderStore } from '../../../adapters/store-folder/store-folder.ts';
import { packageKey } from '../../../core/layout/keys.ts';
import { digestStream } from '../../../core/names/digest.ts';
import { fetchArtifact } from '../../../core/steps/fetch.ts';
import { fetchFile } from '../../../core/steps/fetch-file.ts';
import { simpleFile } from '../../support/python/fetch-simple.ts';
import { largeWheel } from '../../support/python/large-wheel.ts';
import { madeArtifact } from '../../support/python/made-artifact.ts';
import { fetchScene } from '../../support/upstream/fetch-scene.ts';

/** `GATEHOUSE_WHEEL_MIB=200` for a long look: 1 s to fetch it, 3 s to convert it, and the same memory. */
const dataBytes = Number(process.env['GATEHOUSE_WHEEL_MIB'] ?? 48) * 2 ** 20;
const maxGrowthMib = 100;

it('brings in a wheel, and makes its package, in memory that its size does not count in', async () => {
  await using folder = await mkdtempDisposable(join(tmpdir(), 'gatehouse-'));
  const path = join(folder.path, 'demo-1.0-py3-none-any.whl');
  await writeFile(path, largeWheel(dataBytes));
  const { sha256, size } = await digestStream(createReadStream(path));
  const url = pathToFileURL(path).href;
  const store = folderStore(join(folder.path, 'store'));
  const world = { ...fetchScene('').world, store };
  const nothing = new Uint8Array();
  const before = process.resourceUsage().maxRSS;
  expect(await fetchFile(simpleFile(nothing, { url, sha256, size }), world)).toEqual({ status: 'stored' });
  const artifact = madeArtifact(nothing, { url, sha256, size });
  expect(await fetchArtifact(artifact, world)).toEqual({ status: 'stored' });
  expect((process.resourceUsage().maxRSS - before) / 1024).toBeLessThan(maxGrowthMib);
  const made = await store.get(packageKey('conda', artifact.subdir, artifact.filename));
  expect(made?.size).toBeGreaterThan(dataBytes);
});
