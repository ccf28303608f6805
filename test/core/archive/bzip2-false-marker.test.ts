import { randomBytes } from 'node:crypto';
import { expect, it, vi } from 'vitest';
import { decodeBzip2 } from '../../../core/archive/bzip2.ts';
import { bzip2 } from '../../support/build-bzip2.ts';
import { inSlices, joined, refusalOf } from '../../support/refusal.ts';

/** A search that sees a marker everywhere, as it would in a block that holds one by chance or by design. */
vi.mock(import('../../../core/archive/bzip2-marker.ts'), async (original) => ({
  ...(await original()),
  findMarker: () => 0,
}));

it('decodes a block whose end was found too early', async () => {
  const random = randomBytes(250_000);
  const packed = bzip2(random);
  const decode = (bytes: Uint8Array) =>
    joined(
      decodeBzip2(
        inSlices(bytes, 1000),
        () => {},
        () => {},
      ),
    );
  expect((await decode(packed)).equals(random)).toBe(true);
  expect(await refusalOf(decode(packed.subarray(0, -200)))).toBe('A7.truncated');
});
