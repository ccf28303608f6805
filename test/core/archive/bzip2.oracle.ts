import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { compressBzip2 } from '../../../adapters/compress-bzip2/compress-bzip2.ts';
import { decodeBzip2 } from '../../../core/archive/bzip2/decode-bzip2.ts';
import { encodeBzip2 } from '../../../core/archive/bzip2/encode-bzip2.ts';
import { incompressibleBytes } from '../../../local/sample/build-package.ts';
import { bzip2, zerosByC } from '../../support/archives/build-bzip2.ts';
import { bunzip2 } from '../../support/archives/bunzip2.ts';
import { libbz2 } from '../../support/archives/libbz2.ts';
import { runPython } from '../../support/machine/run-python.ts';
import { inSlices, joined } from '../../support/packages/refusal.ts';

const decode = (bytes: Uint8Array) =>
  joined(
    decodeBzip2(
      inSlices(bytes, 1000),
      () => {},
      () => {},
    ),
  );

it("makes of the bomb's zeros the block that is written down", () => {
  expect(runPython('import bz2; print(bz2.compress(bytes(900000 * 51 - 1000)).hex())', [])).toEqual([zerosByC]);
});

it("writes one stream that C's bzip2 reads, of bytes that compress and that do not", async () => {
  // Four bytes of each value take five symbols: no block has more of them.
  const fours = Buffer.from(Uint8Array.from({ length: 720_000 }, (_, at) => at >> 2));
  for (const plain of [Buffer.alloc(0), fours, incompressibleBytes('C', 720_000)]) {
    const encoded = await joined(encodeBzip2(inSlices(plain, 65_536), compressBzip2));
    const [view] = libbz2([encoded]);
    expect(view?.outcome).toBe('read');
    expect(Buffer.from(view?.bytes ?? '', 'base64').equals(plain)).toBe(true);
  }
});

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

it("reads what C's bzip2 writes of runs that lie across the ends of our slices", async () => {
  const script = `
import bz2, json, sys
for line in sys.stdin:
    head, run = json.loads(line)
    print(bz2.compress((bytes.fromhex('00fd7a4b19') * 60000)[:head] + b'x' * run + b'yyyyyxxxx', 9).hex())
`;
  const slice = 256 * 1024;
  const cases = [
    ...[-5, -4, -3, -1, 0].map((by) => [slice + by, 10]),
    [slice - 258, 259],
    [slice - 9, 600],
    [7, 2 * slice],
  ];
  for (const [i, hex] of runPython(script, cases).entries()) {
    const [head = 0, run = 0] = cases[i] ?? [];
    const start = Buffer.alloc(head, Buffer.from('00fd7a4b19', 'hex'));
    const plain = Buffer.concat([start, Buffer.alloc(run, 'x'), Buffer.from('yyyyyxxxx')]);
    const read = await decode(Buffer.from(hex, 'hex'));
    expect(read.equals(plain)).toBe(true);
    expect(bunzip2(Buffer.from(hex, 'hex')).equals(read)).toBe(true);
  }
});

const piece = fc.oneof(
  fc.uint8Array({ maxLength: 300 }),
  fc.tuple(fc.nat(255), fc.integer({ min: 1, max: 1200 })).map(([byte, times]) => Buffer.alloc(times, byte)),
  fc
    .tuple(fc.string({ minLength: 1, maxLength: 30 }), fc.nat(100))
    .map(([text, times]) => Buffer.from(text.repeat(times))),
);

it("reads what C's bzip2 writes as it was, and as seek-bzip reads it", async () => {
  const script = `
import base64, bz2, json, sys
for line in sys.stdin:
    level, plain = json.loads(line)
    print(bz2.compress(base64.b64decode(plain), level).hex())
`;
  const texts = fc.array(piece, { maxLength: 12 }).map((parts) => Buffer.concat(parts));
  const made = fc.sample(fc.tuple(fc.integer({ min: 1, max: 9 }), texts), 200);
  const lines = made.map(([level, plain]) => [level, plain.toString('base64')]);
  for (const [i, hex] of runPython(script, lines).entries()) {
    const packed = Buffer.from(hex, 'hex');
    const read = await decode(packed);
    expect(read.toString('hex')).toBe(made[i]?.[1].toString('hex'));
    expect(bunzip2(packed).equals(read)).toBe(true);
  }
});

it('decodes many streams at once', async () => {
  const texts = Array.from({ length: 16 }, (_, i) =>
    Buffer.concat([randomBytes(3000 * i), Buffer.alloc(90_000, `${i} `)]),
  );
  const packed = texts.map((text) => Buffer.from(bzip2(text)));
  const read = await Promise.all(packed.map((bytes) => decode(bytes)));
  for (const [i, text] of texts.entries()) expect(read[i]?.equals(text)).toBe(true);
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
