import { expect, it } from 'vitest';
import { decodeBzip2 } from '../../../core/archive/bzip2.ts';
import { bzip2 } from '../../support/build-bzip2.ts';
import { inSlices, joined } from '../../support/refusal.ts';
import { runPython } from '../../support/run-python.ts';

const decode = (bytes: Uint8Array) =>
  joined(
    decodeBzip2(
      inSlices(bytes, 1000),
      () => {},
      () => {},
    ),
  );

it("reads what C's bzip2 writes, at every level", async () => {
  const script = `
import bz2, json, sys
for line in sys.stdin:
    print(bz2.compress(bytes(json.loads(line)['size']) + bytes(range(256)) * 900, json.loads(line)['level']).hex())
`;
  const made = Array.from({ length: 9 }, (_, i) => ({ level: i + 1, size: i * 50_000 }));
  for (const [i, hex] of runPython(script, made).entries()) {
    const tail = Buffer.from(Array.from({ length: 256 * 900 }, (_, at) => at & 255));
    const plain = Buffer.concat([Buffer.alloc(made[i]?.size ?? 0), tail]);
    expect((await decode(Buffer.from(hex, 'hex'))).equals(plain)).toBe(true);
  }
});

it("passes no damaged stream that C's bzip2 reads otherwise", async () => {
  const script = `
import base64, bz2, json, sys
for line in sys.stdin:
    try:
        print(bz2.decompress(base64.b64decode(json.loads(line))).hex() or 'empty')
    except Exception:
        print('refused')
`;
  const small = bzip2('conda package '.repeat(20));
  const damaged = Array.from({ length: small.length * 8 }, (_, bit) =>
    small.with(bit >> 3, (small[bit >> 3] ?? 0) ^ (1 << (bit & 7))),
  );
  const lines = damaged.map((bytes) => Buffer.from(bytes).toString('base64'));
  for (const [i, theirs] of runPython(script, lines).entries()) {
    const mine = await decode(damaged[i] ?? small).catch(() => null);
    if (mine !== null) expect(theirs).toBe(mine.toString('hex') || 'empty');
  }
});
