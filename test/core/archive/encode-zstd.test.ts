import fc from 'fast-check';
import { expect, test } from 'vitest';
import { defaultLimits, startBudget } from '../../../core/archive/limits.ts';
import { decodeZstd } from '../../../core/archive/zstd/decode-zstd.ts';
import { encodeZstd } from '../../../core/archive/zstd/encode-zstd.ts';
import { incompressibleBytes } from '../../../local/sample/build-package.ts';
import { inSlices, joined } from '../../support/packages/refusal.ts';

const encode = (bytes: Uint8Array, slice: number) =>
  joined(encodeZstd({ size: bytes.length, open: () => inSlices(bytes, slice) }));

test('one frame that our strict decoder takes, the same whatever slices the bytes come in', async () => {
  const text = fc.array(fc.constantFrom('import os\n', 'def f():\n', '    pass\n', '\n'), { maxLength: 4000 });
  await fc.assert(
    fc.asyncProperty(text, fc.nat(400_000), fc.integer({ min: 500, max: 300_000 }), async (lines, noise, slice) => {
      const bytes = Buffer.concat([Buffer.from(lines.join('')), incompressibleBytes('noise', noise)]);
      const frame = await encode(bytes, slice);
      expect(await encode(bytes, 2 ** 20)).toEqual(frame);
      const decoded = decodeZstd(inSlices(frame, 10_000), startBudget(defaultLimits).meter(frame.length));
      expect(Buffer.compare(await joined(decoded), bytes)).toBe(0);
    }),
    { numRuns: 25 },
  );
});

test('an error of its input is its own', async () => {
  const open = async function* () {
    yield Buffer.from('a');
    throw new Error('the line went dead');
  };
  await expect(joined(encodeZstd({ size: 2, open }))).rejects.toThrow('the line went dead');
});
