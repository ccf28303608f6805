import { expect, test } from 'vitest';
import { generatePackages } from '../../bench/support/generate-packages.ts';
import { buildPackage } from '../../local/sample/build-package.ts';

test('half of each format, no file twice, and about as large as asked', async () => {
  const specs = [...generatePackages({ count: 24, subdir: 'linux-64', payloadBytes: 500 })];
  const built = await Promise.all(specs.map(buildPackage));
  expect(built.filter(({ filename }) => filename.endsWith('.tar.bz2'))).toHaveLength(12);
  expect(new Set(built.map(({ filename }) => filename)).size).toBe(24);
  for (const { bytes } of built) expect(bytes.length).toBeGreaterThan(500);
});
