import { createHash } from 'node:crypto';
import { mkdtempDisposable, open, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { sizedBytes } from '../../../core/archive/sized-bytes.ts';
import { measured, writeZip } from '../../../core/archive/zip/write-zip.ts';
import { packageNameSchema } from '../../../core/names/package-name.ts';
import type { ByteSource } from '../../../core/ports/byte-source.ts';
import { convertWheel } from '../../../core/wheel/convert-wheel.ts';
import { readWheel } from '../../../core/wheel/read-wheel.ts';
import { incompressibleChunks } from '../../../local/sample/build-package.ts';
import { wheelName } from '../../support/python/build-wheel.ts';

const dataBytes = Number(process.env['GATEHOUSE_WHEEL_MIB'] ?? 48) * 2 ** 20;
const maxGrowthMib = 150;

/** A wheel whose one data file does not compress. */
async function* largeWheel(): AsyncGenerator<Uint8Array> {
  const hash = createHash('sha256');
  for (const bytes of incompressibleChunks('large', dataBytes)) hash.update(bytes);
  const row = (path: string, text: string) =>
    `${path},sha256=${createHash('sha256').update(text).digest('base64url')},${text.length}\n`;
  const texts = {
    'demo-1.0.dist-info/METADATA': 'Name: demo\nVersion: 1.0\n',
    'demo-1.0.dist-info/WHEEL': 'Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n',
  };
  const rows = Object.entries(texts).map(([path, text]) => row(path, text));
  const record = `${rows.join('')}demo/data,sha256=${hash.digest('base64url')},${dataBytes}\ndemo-1.0.dist-info/RECORD,,\n`;
  const small = Object.entries({ ...texts, 'demo-1.0.dist-info/RECORD': record });
  const members = await Promise.all(small.map(([path, text]) => measured(path, sizedBytes(text).open)));
  const large = await measured('demo/data', () => incompressibleChunks('large', dataBytes));
  yield* writeZip([large, ...members], 0);
}

it('reads and converts a wheel in memory that its size does not count in', async () => {
  await using folder = await mkdtempDisposable(join(tmpdir(), 'gatehouse-'));
  const path = join(folder.path, 'demo.whl');
  await writeFile(path, largeWheel());
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
