import { mkdtempDisposable, open, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { packageNameSchema } from '../../../core/names/package-name.ts';
import type { ByteSource } from '../../../core/ports/byte-source.ts';
import { convertWheel } from '../../../core/wheel/convert-wheel.ts';
import { readWheel } from '../../../core/wheel/read-wheel.ts';
import { wheelName } from '../../support/python/build-wheel.ts';
import { largeWheel } from '../../support/python/large-wheel.ts';

const dataBytes = Number(process.env['GATEHOUSE_WHEEL_MIB'] ?? 48) * 2 ** 20;
const maxGrowthMib = 150;

it('reads and converts a wheel in memory that its size does not count in', async () => {
  await using folder = await mkdtempDisposable(join(tmpdir(), 'gatehouse-'));
  const path = join(folder.path, 'demo.whl');
  await writeFile(path, largeWheel(dataBytes));
  await using file = await open(path);
  const { size } = await file.stat();
  const source: ByteSource = {
    size,
    read: async (start, end) => {
      const { buffer } = await file.read(Buffer.alloc(end - start), 0, end - start, start);
      return buffer;
    },
  };
  const before = process.resourceUsage().maxRSS;
  const wheel = await readWheel(source, wheelName('demo-1.0-py3-none-any.whl'));
  const name = packageNameSchema.parse('demo');
  const made = await convertWheel(wheel, { name, depends: [], build: 'py_0', timestamp: 0 });
  let written = 0;
  for await (const bytes of made.open()) written += bytes.length;
  expect(written).toBeGreaterThan(dataBytes);
  expect((process.resourceUsage().maxRSS - before) / 1024).toBeLessThan(maxGrowthMib);
});
