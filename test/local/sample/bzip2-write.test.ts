import fc from 'fast-check';
import { expect, test } from 'vitest';
import { bzip2 } from '../../../local/sample/bzip2-write.ts';
import { incompressibleBytes } from '../../../local/sample/random.ts';
import { bunzip2 } from '../../support/archives/bunzip2.ts';

const runs = fc
  .array(fc.tuple(fc.integer({ min: 0, max: 255 }), fc.integer({ min: 1, max: 600 })), { maxLength: 20 })
  .map((pairs) => Buffer.concat(pairs.map(([byte, length]) => Buffer.alloc(length, byte))));

test('seek-bzip decodes what is compressed', async () => {
  await fc.assert(
    fc.asyncProperty(fc.oneof(fc.uint8Array({ maxLength: 2000 }), runs), async (bytes) => {
      expect(bunzip2(await bzip2(bytes))).toEqual(Buffer.from(bytes));
    }),
    { numRuns: 60 },
  );
});

test.each([99_981, 99_982, 250_000])('more than one block: %i bytes', async (size) => {
  const bytes = incompressibleBytes('blocks', size);
  expect(Buffer.compare(bunzip2(await bzip2(bytes)), bytes)).toBe(0);
});
