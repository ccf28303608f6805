import { mkdtempDisposable, open, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { packageNameSchema } from '../../../core/names/package-name.ts';
import type { Packing } from '../../../core/package/pack-package.ts';
import type { ByteSource } from '../../../core/ports/byte-source.ts';
import { convertWheel } from '../../../core/wheel/convert-wheel.ts';
import { readWheel } from '../../../core/wheel/read-wheel.ts';
import { quickBzip2 } from '../../../local/sample/build-package.ts';
import { wheelName } from '../../support/python/build-wheel.ts';
import { largeWheel } from '../../support/python/large-wheel.ts';

const dataBytes = Number(process.env['GATEHOUSE_WHEEL_MIB'] ?? 48) * 2 ** 20;
const maxGrowthMib = 150;

/** Counts what it is given; all that it gives is one small stream, for the real one takes minutes. */
let compressed = 0;
const block = await quickBzip2(Buffer.from('block'));
const bzip2 = async (bytes: Uint8Array) => {
  compressed += bytes.length;
  return block;
};

it.each<Packing>([{ format: '.conda' }, { format: '.tar.bz2', bzip2 }])(
  'reads and converts a wheel to $format in memory that its size does not count in',
  async (packing) => {
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
    const made = await convertWheel(wheel, { name, depends: [], build: 'py_0', timestamp: 0 }, packing);
    let written = 0;
    for await (const bytes of made.open()) written += bytes.length;
    expect(packing.format === '.conda' ? written : compressed).toBeGreaterThan(dataBytes);
    expect((process.resourceUsage().maxRSS - before) / 1024).toBeLessThan(maxGrowthMib);
  },
);
