import fc from 'fast-check';
import { expect, test } from 'vitest';
import { zipArchive, zipDirectory } from '../../../local/sample/zip-write.ts';
import { readZip } from './read-back.ts';

test('what is stored is read back', () => {
  const member = fc.record({
    name: fc.string({ unit: 'grapheme', minLength: 1 }),
    content: fc.uint8Array({ maxLength: 300 }),
  });
  fc.assert(
    fc.property(fc.array(member), (members) => {
      expect(readZip(zipArchive(members))).toEqual(
        members.map(({ name, content }) => ({ name, content: Buffer.from(content) })),
      );
    }),
  );
});

test('an archive of 4 GiB is refused, not written wrong', () => {
  expect(() => zipDirectory([], 2 ** 32 - 1)).toThrow(RangeError);
  expect(zipDirectory([], 2 ** 32 - 2)).toHaveLength(22);
});
