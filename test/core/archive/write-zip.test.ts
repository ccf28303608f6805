import fc from 'fast-check';
import { expect, test } from 'vitest';
import { sizedBytes } from '../../../core/archive/sized-bytes.ts';
import { openZip } from '../../../core/archive/zip/open-zip.ts';
import { measured, writeZip } from '../../../core/archive/zip/write-zip.ts';
import { bytesSource } from '../../../core/ports/byte-source.ts';
import { readZip } from '../../local/sample/read-back.ts';
import { joined, refusalOf } from '../../support/packages/refusal.ts';

const stored = (name: string, content: string | Uint8Array) => measured(name, sizedBytes(content).open);

test('what is stored is read back', async () => {
  const member = fc.record({
    name: fc.string({ unit: 'grapheme', minLength: 1 }),
    content: fc.uint8Array({ maxLength: 300 }),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(member), fc.date({ noInvalidDate: true }), async (members, date) => {
      const files = await Promise.all(members.map(({ name, content }) => stored(name, content)));
      expect(readZip(await joined(writeZip(files, date.getTime())))).toEqual(
        members.map(({ name, content }) => ({ name, content: Buffer.from(content) })),
      );
    }),
  );
});

test('our own strict reader takes it, with permissions and dates', async () => {
  const files = [await stored('a/b', 'x'), { ...(await stored('run', '#!/bin/sh\n')), mode: 0o755 }];
  const zip = await joined(writeZip(files, Date.UTC(2015, 7, 5, 12, 30, 58)));
  const found: string[] = [];
  const members = await openZip(bytesSource(zip), (code) => found.push(code));
  const modified = Date.UTC(2015, 7, 5, 12, 30, 58);
  expect(members).toMatchObject([
    { name: 'a/b', mode: 0o100644, modified },
    { name: 'run', mode: 0o100755, modified },
  ]);
  expect(found).toEqual([]);
  // 12:30:58 and 5 August 2015, as MS-DOS packs them.
  expect(zip.readUInt32LE(10)).toBe((((35 << 9) | (8 << 5) | 5) << 16) | ((12 << 11) | (30 << 5) | 29));
});

test('what is larger than 32 MiB is made twice and kept by nobody', async () => {
  let made = 0;
  const size = 32 * 2 ** 20 + 1;
  const open = function* () {
    made++;
    for (let left = size; left > 0; left -= 2 ** 20) yield new Uint8Array(Math.min(left, 2 ** 20));
  };
  const member = await measured('zeros', open);
  expect([member.size, made]).toEqual([size, 1]);
  let written = 0;
  for await (const bytes of writeZip([member], 0)) written += bytes.length;
  expect([written > size, made]).toEqual([true, 2]);
});

test('an archive of 4 GiB is refused, not written wrong, and so is a member that changed', async () => {
  const large = { name: 'a', size: 2 ** 32 - 1, crc: 0, open: () => [] };
  expect(await refusalOf(joined(writeZip([large], 0)))).toBe('A13.zip64');
  await expect(joined(writeZip([{ ...large, size: 1 }], 0))).rejects.toThrow(RangeError);
});
