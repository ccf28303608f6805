import { randomBytes } from 'node:crypto';
import { afterEach, expect, it, vi } from 'vitest';
import { decodeBzip2 } from '../../../core/archive/bzip2.ts';
import { bzip2 } from '../../support/archives/build-bzip2.ts';
import { inSlices, joined, refusalOf } from '../../support/packages/refusal.ts';

/** A search that sees a marker everywhere, as it would in a block that holds one by chance or by design. */
vi.mock(import('../../../core/archive/bzip2-marker.ts'), async (original) => ({
  ...(await original()),
  findMarker: () => 0,
}));

afterEach(() => vi.restoreAllMocks());

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

it('moves no more bytes than it reads, however many small blocks it holds by then', async () => {
  let moved = 0;
  const move = Uint8Array.prototype.copyWithin;
  vi.spyOn(Uint8Array.prototype, 'copyWithin').mockImplementation(function (this: Uint8Array, to, from, end) {
    moved += (end ?? this.length) - from;
    return move.call(this, to, from, end);
  });
  const packed = Buffer.concat(Array.from({ length: 500 }, () => bzip2('small')));
  const decoded = decodeBzip2(
    inSlices(packed, 64 * 1024),
    () => {},
    () => {},
  );
  expect((await joined(decoded)).length).toBe(500 * 'small'.length);
  expect(moved).toBeLessThanOrEqual(packed.length);
});
