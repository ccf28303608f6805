import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, it } from 'vitest';
import { compressBzip2 } from '../../adapters/compress-bzip2/compress-bzip2.ts';
import { bundleFunctions } from '../../lib/bundle/bundle-functions.ts';
import { libbz2 } from '../support/archives/libbz2.ts';
import { temporaryFolder } from '../support/machine/temporary-folder.ts';

it("the bundled indexer's bzip2 thread compresses, and C's bzip2 reads it back", async () => {
  await using folder = await temporaryFolder();
  const { indexer } = bundleFunctions(folder.path, { bz2: true });
  const bytes = Buffer.from(JSON.stringify({ packages: Array.from({ length: 5000 }, (_, i) => `package-${i}`) }));
  const compressed = await compressBzip2(bytes, pathToFileURL(join(indexer, 'bzip2-worker.mjs')));
  expect(compressed.length).toBeLessThan(bytes.length / 2);
  expect(libbz2([compressed])).toEqual([{ bytes: bytes.toString('base64'), outcome: 'read' }]);
});
