import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { openZip } from '../../../core/archive/zip/open-zip.ts';
import { bytesSource } from '../../../core/ports/byte-source.ts';
import { buildZip, type RawZipMember } from '../../support/archives/build-zip.ts';
import { listZip } from '../../support/archives/list-archive.ts';
import { emptyZip, oneMemberZip, refusedZips, soundZips } from '../../support/archives/zip-vectors.ts';
import { countingSource } from '../../support/packages/counting-source.ts';
import { refusalOf } from '../../support/packages/refusal.ts';

const two = buildZip(
  [
    { name: 'a', data: 'alpha' },
    { name: 'b', data: 'beta', method: 8, descriptor: true },
  ],
  { zip64: true },
);

describe('openZip', () => {
  it.each(refusedZips)('refuses %s', async (_, zip, code) => {
    expect(await refusalOf(listZip(zip))).toBe(code);
  });

  it.each(soundZips)('reads %s', async (_, zip, odd) => {
    const read = await listZip(zip);
    expect(read.members).toMatchObject([{ name: 'a', size: 5, content: 'alpha' }]);
    expect(read.odd).toEqual(odd);
  });

  it('reads an empty ZIP', async () => {
    expect((await listZip(emptyZip)).members).toEqual([]);
  });

  it('refuses a deflate stream that ends early', async () => {
    const zip = Buffer.from(oneMemberZip({ method: 8, data: 'conda package '.repeat(50) }));
    zip[31] = 0xff;
    expect(await refusalOf(listZip(zip))).toMatch(/^A4\.(deflate|size|crc)$/);
  });

  it('stops inflating once a member is larger than it says', async () => {
    const lie = { size: 5 };
    const zip = oneMemberZip({ method: 8, data: Buffer.alloc(10 ** 7), local: lie, central: lie });
    const [member] = await openZip(bytesSource(zip), () => {});
    let inflated = 0;
    const drain = async () => {
      for await (const bytes of member?.open() ?? []) inflated += bytes.length;
    };
    await expect(drain()).rejects.toThrow('A4.size: "a" is larger than its 5 bytes');
    expect(inflated).toBe(0);
  });

  it('steps over data without reading it', async () => {
    const source = countingSource(oneMemberZip({ name: 'big', data: Buffer.alloc(10 ** 7, 'x') }));
    expect(await openZip(source, () => {})).toMatchObject([{ name: 'big', size: 10 ** 7, compressedSize: 10 ** 7 }]);
    expect(source.counted).toEqual({ bytes: 64 * 1024, reads: 2 });
  });

  it('opens a member as often as asked', async () => {
    const [member] = await openZip(bytesSource(oneMemberZip({})), () => {});
    const texts: string[] = [];
    for (let i = 0; i < 2; i++)
      for await (const bytes of member?.open() ?? []) texts.push(Buffer.from(bytes).toString());
    expect(texts).toEqual(['alpha', 'alpha']);
  });
});

const member = fc.record({
  name: fc.stringMatching(/^[a-z]{1,8}(\/[a-z]{1,8}){0,2}$/),
  data: fc.uint8Array({ maxLength: 2000 }),
  method: fc.constantFrom(0, 8),
  descriptor: fc.constantFrom(true as const, undefined),
});
const members = fc.uniqueArray(
  member.map(({ descriptor, ...rest }): RawZipMember => (descriptor ? { ...rest, descriptor } : rest)),
  { selector: (made) => made.name, maxLength: 5 },
);

describe('laws of openZip', () => {
  it('reads what was written', async () => {
    await fc.assert(
      fc.asyncProperty(members, fc.boolean(), async (made, zip64) => {
        const read = await listZip(buildZip(made, { zip64 }));
        const content = ({ name, data }: RawZipMember) => ({
          name,
          content: Buffer.from(data ?? '').toString('latin1'),
        });
        expect(read.members.map(({ name, content: text }) => ({ name, content: text }))).toEqual(made.map(content));
      }),
      { numRuns: 60 },
    );
  });

  it('refuses every truncation and every byte more', async () => {
    for (let length = 0; length < two.length; length++) {
      expect(await refusalOf(listZip(two.subarray(0, length)))).toMatch(/^A4\./);
      expect(await refusalOf(listZip(Buffer.concat([Buffer.from([length & 255]), two])))).toBe('A4.framing');
    }
  });

  it.each([1, 2, 8, 0x80, 0xff])('takes a byte flipped by %i for bad, or for the same members', async (by) => {
    const truth = (await listZip(two)).members;
    for (let at = 0; at < two.length; at++) {
      const flipped = two.with(at, (two[at] ?? 0) ^ by);
      const read = await listZip(flipped).catch((error: Error) => error.message);
      if (typeof read === 'string') expect(read).toMatch(/^A[49]\./);
      else expect(read.members).toEqual(truth);
    }
  });
});
