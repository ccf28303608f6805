import { randomBytes } from 'node:crypto';
import { afterEach, expect, it, vi } from 'vitest';
import { decodeBzip2 } from '../../../core/archive/bzip2/decode-bzip2.ts';
import { bzip2 } from '../../support/archives/build-bzip2.ts';
import { inSlices, joined, refusalOf } from '../../support/packages/refusal.ts';

/** A search that sees a marker everywhere, as it would in a block that holds one by chance or by design. */
vi.mock(import('../../../core/archive/bzip2/bits.ts'), async (original) => ({
  ...(await original()),
  findMarker: () => 0,
}));

afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
});

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

const manySmall = (level: number) => Buffer.concat(Array.from({ length: 500 }, () => bzip2('small', level)));
const decodeAll = (packed: Uint8Array) =>
  joined(
    decodeBzip2(
      inSlices(packed, 64 * 1024),
      () => {},
      () => {},
    ),
  );

it('moves no more bytes than it reads, however many small blocks it holds by then', async () => {
  let moved = 0;
  const { copyWithin, set } = Uint8Array.prototype;
  vi.spyOn(Uint8Array.prototype, 'copyWithin').mockImplementation(function (this: Uint8Array, to, from, end) {
    moved += (end ?? this.length) - from;
    return copyWithin.call(this, to, from, end);
  });
  vi.spyOn(Uint8Array.prototype, 'set').mockImplementation(function (this: Uint8Array, from, at) {
    moved += from.length;
    set.call(this, from, at);
  });
  const packed = manySmall(1);
  expect((await decodeAll(packed)).length).toBe(500 * 'small'.length);
  // Each is put where it is held, and moved once at the most.
  expect(moved).toBeGreaterThanOrEqual(packed.length);
  expect(moved - packed.length).toBeLessThanOrEqual(packed.length);
});

it('clears memory by the size of a block, not by the 3.6 MB that its level allows', async () => {
  let cleared = 0;
  vi.stubGlobal(
    'Uint32Array',
    class extends Uint32Array {
      constructor(length: number) {
        super(length);
        cleared += this.byteLength;
      }
    },
  );
  expect((await decodeAll(manySmall(9))).length).toBe(500 * 'small'.length);
  expect(cleared).toBeGreaterThan(500 * 1000);
  expect(cleared).toBeLessThan(20_000_000);
});
