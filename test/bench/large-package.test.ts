import { createHash } from 'node:crypto';
import { mkdtempDisposable, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { zstdDecompressSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { buildLargePackage } from '../../bench/support/large-package.ts';
import { packageFileNameSchema } from '../../core/names/package-file-name.ts';
import { bytesSource } from '../../core/ports/byte-source.ts';
import { readPackage, readTar, readZip } from '../local/sample/read-back.ts';
import { inspectPackage } from '../support/packages/inspect-package.ts';

const spec = { name: 'campus-data', version: '1.0', build: '0', subdir: 'linux-64', sizeBytes: 3_000_001 };

test('a package of any size, the same each time, that states its bytes', async () => {
  await using folder = await mkdtempDisposable(join(tmpdir(), 'gatehouse-'));
  const built = await buildLargePackage(spec, folder.path);
  const bytes = await readFile(join(folder.path, built.filename));
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  expect(built.digests).toMatchObject({ sha256, size: bytes.length });
  expect((await buildLargePackage(spec, folder.path)).digests).toEqual(built.digests);

  const [, payload] = readZip(bytes);
  const tar = zstdDecompressSync(payload?.content ?? Buffer.of());
  expect(tar.length % 512).toBe(0);
  const [file] = readTar(tar);
  const content = Buffer.from(file?.content ?? '', 'base64');
  expect(content).toHaveLength(spec.sizeBytes);
  const members = readPackage(built.filename, bytes);
  const { paths } = JSON.parse(members['info/paths.json'] ?? '');
  const hash = createHash('sha256').update(content).digest('hex');
  expect(paths).toMatchObject([{ _path: file?.path, sha256: hash, size_in_bytes: spec.sizeBytes }]);
  expect(JSON.parse(members['info/index.json'] ?? '')).toEqual(built.index);
  const inspection = await inspectPackage(bytesSource(bytes), packageFileNameSchema.parse(built.filename));
  expect(inspection.findings).toEqual([]);
});

test('what would need ZIP64 is refused before a byte is written', async () => {
  await expect(buildLargePackage({ ...spec, sizeBytes: 2 ** 32 }, 'no-such-folder')).rejects.toThrow(RangeError);
});
