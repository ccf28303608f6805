import fc from 'fast-check';
import { expect, test } from 'vitest';
import { tarArchive, tarHeader } from '../../../local/sample/tar-write.ts';
import { readTar } from './read-back.ts';

const text = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 150 }).filter((path) => !path.includes('\0'));
/** 100 bytes are the most a ustar name holds; at 100 a pax record's length has a digit more. */
const nearLimit = fc
  .tuple(fc.constantFrom('', '\u00e9'), fc.integer({ min: 84, max: 103 }))
  .map(([first, length]) => first + 'x'.repeat(length));
const member = fc.record({
  path: fc.oneof(text, nearLimit),
  content: fc.uint8Array({ maxLength: 1100 }),
  mode: fc.constantFrom(0o644, 0o755),
});

test('what is packed is read back, long and foreign names too', () => {
  fc.assert(
    fc.property(fc.array(member), fc.nat(2 ** 32), (members, mtime) => {
      const archive = tarArchive(members, mtime);
      expect(archive.length % 512).toBe(0);
      const expected = members.map(({ path, content, mode }) => {
        return { path, mode, mtime, content: Buffer.from(content).toString('base64') };
      });
      expect(readTar(archive)).toEqual(expected);
    }),
  );
});

test('a size that ustar cannot state is refused', () => {
  expect(() => tarHeader({ path: 'a', size: 8 ** 11, mtime: 0 })).toThrow(RangeError);
  expect(tarHeader({ path: 'a', size: 8 ** 11 - 1, mtime: 0 })).toHaveLength(512);
});
