import fc from 'fast-check';
import { expect, test } from 'vitest';
import { refuse } from '../../../core/archive/finding.ts';
import { defaultLimits } from '../../../core/archive/limits.ts';
import { memberRules } from '../../../core/archive/members.ts';
import { sizedBytes } from '../../../core/archive/sized-bytes.ts';
import { walkTar } from '../../../core/archive/tar/walk-tar.ts';
import { tarSize, writeTar } from '../../../core/archive/tar/write-tar.ts';
import { readTar } from '../../local/sample/read-back.ts';
import { joined, refusalOf } from '../../support/packages/refusal.ts';

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

test('what is packed is read back, long and foreign names too, and has the size that was said', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(member), fc.nat(2 ** 32), async (members, mtime) => {
      const files = members.map(({ path, mode, content }) => ({ path, mode, ...sizedBytes(content) }));
      const archive = await joined(writeTar(files, mtime));
      expect(archive.length).toBe(tarSize(files));
      expect(archive.length % 512).toBe(0);
      const expected = members.map(({ path, content, mode }) => {
        return { path, mode, mtime, content: Buffer.from(content).toString('base64') };
      });
      expect(readTar(archive)).toEqual(expected);
    }),
  );
});

test('our own strict reader takes it, with its date', async () => {
  const tar = writeTar([{ path: 'a', ...sizedBytes('x') }], 1_438_777_858);
  const dates = [];
  for await (const { modified } of walkTar(tar, memberRules(defaultLimits, refuse))) dates.push(modified);
  expect(dates).toEqual([1_438_777_858_000]);
});

test('a size that a header cannot state is refused, and one that is not true ends the writing', async () => {
  const file = (size: number) => [{ path: 'a', size, open: () => [] }];
  expect(await refusalOf(joined(writeTar(file(8 ** 11), 0)))).toBe('A13.member');
  expect(tarSize(file(8 ** 11 - 1))).toBe(512 + 8 ** 11 + 1024);
  await expect(joined(writeTar(file(1), 0))).rejects.toThrow(RangeError);
});
