import { createReadStream } from 'node:fs';
import { mkdtempDisposable, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { folderStore } from '../../../adapters/store-folder/store-folder.ts';
import { stageBytes } from '../../../core/python-index/stage-bytes.ts';
import { publish } from '../../../core/steps/publish.ts';
import { pythons, serveRecords } from '../../support/publish/own-scene.ts';
import { publishWorld } from '../../support/publish/publish-scene.ts';
import { largeWheel } from '../../support/python/large-wheel.ts';
import { key } from '../../support/store/objects.ts';

/** `GATEHOUSE_WHEEL_MIB=1024` for a long look: half a minute, and the same memory. */
const dataBytes = Number(process.env['GATEHOUSE_WHEEL_MIB'] ?? 48) * 2 ** 20;
const maxGrowthMib = 100;

it('publishes a wheel, and makes its package, in memory that its size does not count in', async () => {
  await using folder = await mkdtempDisposable(join(tmpdir(), 'gatehouse-'));
  const path = join(folder.path, 'demo-1.0-py3-none-any.whl');
  await writeFile(path, largeWheel(dataBytes));
  const store = folderStore(join(folder.path, 'store'));
  await serveRecords(store, pythons);
  const world = { ...publishWorld({ allowlistText: { python: ['3.12'] } }), store };
  const before = process.resourceUsage().maxRSS;
  await using received = await stageBytes(createReadStream(path), world);
  const offered = { ...received, fileName: 'demo-1.0-py3-none-any.whl' };
  const { files, problems } = await publish([offered], world);
  expect(problems).toEqual([]);
  expect(files.map(({ kind }) => kind)).toEqual(['wheel', 'package']);
  const growth = (process.resourceUsage().maxRSS - before) / 1024;
  if (dataBytes > 2 ** 28) console.info(`${growth.toFixed(0)} MiB more`);
  expect(growth).toBeLessThan(maxGrowthMib);
  for (const file of files) {
    expect((await store.get(key(file.key)))?.size).toBeGreaterThan(dataBytes);
  }
});
