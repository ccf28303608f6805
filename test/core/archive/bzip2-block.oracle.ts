import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { agree, crcOf, decode, fewer } from '../../support/archives/bzip2-agreement.ts';
import {
  bitsOf,
  type CraftedBlock,
  craftBlock,
  endStream,
  runDigits,
  word,
} from '../../support/archives/craft-bzip2.ts';
import { libbz2 } from '../../support/archives/libbz2.ts';
import { longestRun } from '../../support/archives/longest-run.ts';
import { runPython } from '../../support/machine/run-python.ts';
import { refusalOf } from '../../support/packages/refusal.ts';

/** The streams C's bzip2 makes of these texts. */
function compressed(texts: readonly Uint8Array[]): string[] {
  const script = `
import base64, bz2, json, sys
for line in sys.stdin: print(bz2.compress(base64.b64decode(json.loads(line)), 1).hex())
`;
  const lines = texts.map((text) => Buffer.from(text).toString('base64'));
  return runPython(script, lines).map((hex) => bitsOf(Buffer.from(hex, 'hex')));
}

const flip = (bits: string, at: number): string =>
  bits.slice(0, at) + (bits[at] === '0' ? '1' : '0') + bits.slice(at + 1);

/** Where the bit lies that calls a block randomised: C reads those. */
const randomisedBit = 112;
const skewed = Buffer.concat(
  Array.from({ length: 14 }, (_, i) => Buffer.alloc(Math.ceil(1.6 ** i), 65 + ((i * 5) % 14))),
);
const scattered = Uint8Array.from({ length: 500 }, (_, i) => (i * i * 31 + i * 7) & 255);

describe('a damaged block', () => {
  it('is read as C reads it, whichever bit is wrong', async () => {
    const seeds = compressed([Buffer.from('conda package '.repeat(9)), skewed]);
    const streams = seeds.flatMap((bits) =>
      Array.from({ length: bits.length - 80 - 112 }, (_, i) => i + 112)
        .filter((at) => at !== randomisedBit)
        .map((at) => flip(bits, at)),
    );
    expect(fewer(await agree(streams))).toBeGreaterThan(100);
  });

  it('is read as C reads it when several bits are', async () => {
    const seeds = compressed([scattered, skewed, Buffer.from('aaaabbbbb'.repeat(40))]);
    const streams: string[] = [];
    const where = fc.array(fc.integer({ min: 113, max: 1500 }), { minLength: 1, maxLength: 6 });
    fc.assert(
      fc.property(fc.constantFrom(...seeds), where, (bits, places) => {
        streams.push(places.filter((at) => at < bits.length - 80).reduce(flip, bits));
      }),
      { numRuns: 400 },
    );
    expect(fewer(await agree(streams))).toBeGreaterThan(20);
  });
});

const flat = (symbols: number, length: number): number[] => Array.from({ length: symbols }, () => length);

/** The codes of symbols of one length. */
const codes = (symbols: readonly number[], length: number): string =>
  symbols.map((symbol) => word(symbol, length)).join('');

/** One value, 2 bits a symbol: 0 and 1 are the run's digits, 2 ends the block. */
const oneValue = (length: number, more: Partial<CraftedBlock> = {}): string => {
  const payload = codes([...runDigits(length), 2], 2);
  const block = { origin: 0, values: [97], selectors: [0], lengths: [flat(3, 2), flat(3, 2)], payload };
  return craftBlock({ ...block, ...more });
};

describe('a crafted block', () => {
  it('is read as C reads it: a single value, by its length', async () => {
    const lengths = [0, ...Array.from({ length: 30 }, (_, i) => i + 1), 99_999, 100_000, 100_001, 2 ** 21 - 1, 2 ** 22];
    const read = await agree(lengths.map((length) => oneValue(length)));
    // Not the empty one, those that end in a run (4, 9, 14, 19, 24, 29, 99,999) and those that are too long.
    expect(read.filter(Boolean)).toHaveLength(25);
  });

  it('is read as C reads it: at the limits of its header', async () => {
    const cases: [what: string, block: Partial<CraftedBlock>, read: boolean][] = [
      ['a start at its last byte', { origin: 6 }, true],
      ['a start behind its last byte', { origin: 7 }, false],
      ['a start far behind', { origin: 2 ** 24 - 1 }, false],
      ['no value', { values: [] }, false],
      ['one table', { lengths: [flat(3, 2)] }, false],
      ['six tables', { lengths: Array.from({ length: 6 }, () => flat(3, 2)) }, true],
      ['seven tables', { lengths: Array.from({ length: 7 }, () => flat(3, 2)) }, false],
      ['no selector', { selectors: [] }, false],
      ['the last selector of all', { selectors: [1] }, true],
      ['a selector of a third table', { selectors: [2] }, false],
      ['more selectors than a block can use', { selectors: flat(20_000, 1) }, true],
      ['as many as can be said', { selectors: flat(32_767, 0) }, true],
      ['a length of 0', { lengths: [flat(3, 2), [0, 0, 0]] }, false],
      [
        'a length that goes by way of 0',
        { lengths: [flat(3, 2), `${word(2, 5)}0${'11'.repeat(2)}${'10'.repeat(2)}00`] },
        false,
      ],
      [
        'a length that goes by way of 1',
        { lengths: [flat(3, 2), `${word(2, 5)}0${'11'.repeat(1)}${'10'.repeat(1)}00`] },
        true,
      ],
      ['a length of 20', { lengths: [flat(3, 2), [20, 1, 1]] }, true],
      ['a length of 21', { lengths: [flat(3, 2), [20, 21, 20]] }, false],
      ['a code that stands for nothing', { payload: '11'.repeat(20) }, false],
    ];
    const read = await agree(cases.map(([, block]) => oneValue(7, block)));
    expect(read.map((was, i) => [cases[i]?.[0], was])).toEqual(cases.map(([what, , is]) => [what, is]));
  });

  it('is read as C reads it: one whose places go round less often than it is long', async () => {
    // Sorted bytes whose ring from the origin is of any length; no text sorts to most of them.
    const rings = Array.from({ length: 60 }, (_, i) => {
      const symbols = Array.from({ length: 3 + (i % 9) }, (_, at) => 1 + ((at * (i + 3)) % 3)).map((s) =>
        s === 1 ? 0 : s,
      );
      const lengths = [flat(5, 3), flat(5, 3)];
      return craftBlock({
        origin: i % 3,
        values: [97, 98, 99],
        selectors: [0],
        lengths,
        payload: codes([...symbols, 4], 3),
      });
    });
    expect((await agree(rings)).filter(Boolean).length).toBeGreaterThan(40);
  });

  it('is read as C reads it, whatever its code lengths', async () => {
    const values = fc.uniqueArray(fc.integer({ min: 0, max: 255 }), { minLength: 1, maxLength: 6 });
    const block = values.chain((used) =>
      fc.record({
        origin: fc.nat(3),
        values: fc.constant(used),
        selectors: fc.array(fc.nat(1), { minLength: 1, maxLength: 4 }),
        lengths: fc.array(
          fc.oneof(
            fc.array(fc.integer({ min: 1, max: 4 }), { minLength: used.length + 2, maxLength: used.length + 2 }),
            fc.array(fc.integer({ min: 1, max: 20 }), { minLength: used.length + 2, maxLength: used.length + 2 }),
          ),
          { minLength: 2, maxLength: 6 },
        ),
        payload: fc.array(fc.nat(255), { minLength: 60, maxLength: 60 }).map((bytes) => bitsOf(Uint8Array.from(bytes))),
      }),
    );
    const streams = fc.sample(block, 800).map(craftBlock);
    expect(fewer(await agree(streams))).toBeGreaterThan(50);
  });

  it('is read when a run has 32 digits or more, which C refuses', async () => {
    const digits = (count: number) => Array.from({ length: count }, () => 0);
    const runs = [31, 32, 35].map((count) => oneValue(0, { payload: codes([...digits(count), 2], 2) }));
    expect(runs.map(longestRun)).toEqual([31, 32, 35]);
    // The digits up to the 32nd are lost: of 32 nothing is left to read, of 35 a run of 3 digits.
    expect(await agree(runs)).toEqual([false, false, true]);
  });

  it('is refused when it is randomised, which C reads', async () => {
    const stream = endStream(oneValue(3, { randomised: true }), crcOf(Buffer.from('aaa')));
    expect(await refusalOf(decode(stream))).toBe('A7.data');
    await expect(decode(stream)).rejects.toThrow('randomised');
    expect(libbz2([stream])).toEqual([{ bytes: Buffer.from('aaa').toString('base64'), outcome: 'read' }]);
  });
});
