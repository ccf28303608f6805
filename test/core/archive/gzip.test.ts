import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeGzip } from '../../../core/archive/gzip/decode-gzip.ts';
import { defaultLimits, startBudget } from '../../../core/archive/limits.ts';
import { bytesSource } from '../../../core/ports/byte-source.ts';
import { joined, refusalOf } from '../../support/packages/refusal.ts';

const decode = (bytes: Uint8Array) =>
  joined(decodeGzip(bytesSource(bytes), startBudget(defaultLimits).meter(bytes.length)));
const plain = gzipSync('hello');
const body = plain.subarray(10);
/** The same with these flags, and these bytes behind the fixed header. */
const withHeader = (flags: number, more: Uint8Array) =>
  Buffer.concat([plain.subarray(0, 10).with(3, flags), more, body]);

describe('decodeGzip', () => {
  it('decodes what is compressed', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 3000 }), fc.integer({ min: 0, max: 9 }), async (bytes, level) => {
        expect(await decode(gzipSync(bytes, { level }))).toEqual(Buffer.from(bytes));
      }),
    );
  });

  it.each([
    ['a name', 8, Buffer.from('a.tar\0')],
    ['a comment', 16, Buffer.from('why\0')],
    ['an extra field', 4, Buffer.from([3, 0, 1, 2, 3])],
    ['a CRC of the header', 2, Buffer.from([0, 0])],
    ['all of them', 31, Buffer.from([1, 0, 9, 0x61, 0, 0x62, 0, 0, 0])],
  ])('steps over %s', async (_, flags, more) => {
    expect(String(await decode(withHeader(flags, more)))).toBe('hello');
  });

  it.each([
    ['nothing', Buffer.from(''), 'A15.header'],
    ['another format', Buffer.from('PK\u0003\u0004 and more bytes'), 'A15.header'],
    ['a reserved flag', withHeader(32, Buffer.from('')), 'A15.header'],
    [
      'a name without end',
      Buffer.concat([plain.subarray(0, 10).with(3, 8), Buffer.from('a'.repeat(99))]),
      'A15.header',
    ],
    ['a header alone', plain.subarray(0, 12), 'A15.header'],
    ['a second member', Buffer.concat([plain, plain]), 'A15.trailing'],
    ['zeros behind it', Buffer.concat([plain, Buffer.alloc(512)]), 'A15.trailing'],
    ['a missing byte', plain.subarray(0, -1), 'A15.data'],
    ['another CRC', plain.with(-8, 1), 'A15.crc'],
    ['another size', plain.with(-4, 9), 'A15.crc'],
    ['data that does not decode', plain.with(10, 0xff), 'A15.data'],
  ])('refuses %s', async (_, bytes, code) => {
    expect(await refusalOf(decode(bytes))).toBe(code);
  });

  it('stops a bomb while it decodes', async () => {
    expect(await refusalOf(decode(gzipSync(Buffer.alloc(80 * 2 ** 20))))).toBe('A13.ratio');
  });
});
